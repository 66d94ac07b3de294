#include "itpn/tasks/pretrain/feature_cache.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <cstring>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/log.h"
#include "itpn/core/sha256.h"

namespace itpn {

FeatureCache::FeatureCache(const std::string& directory, const std::string& teacher)
    : folder_(join_path(directory, sha256_hex(std::as_bytes(std::span(teacher))).substr(0, 16))) {}

std::string FeatureCache::place_of(std::span<const uint8_t> pixels) const {
  const std::string hash = sha256_hex(std::as_bytes(pixels));
  return join_path(join_path(folder_, hash.substr(0, 2)), hash.substr(2) + ".f32");
}

std::optional<at::Tensor> FeatureCache::find(const std::string& place, at::IntArrayRef shape) const {
  if (!exists(posix_fs(), place)) return std::nullopt;
  const std::vector<std::byte> bytes = read_file(posix_fs(), place);
  at::Tensor features = torch::empty(shape, torch::kFloat32);
  if (bytes.size() != features.nbytes()) return std::nullopt;
  std::memcpy(features.mutable_data_ptr(), bytes.data(), bytes.size());
  return features;
}

void FeatureCache::store(const std::string& place, const at::Tensor& features) {
  if (!is_writable_) return;
  const at::Tensor host = features.to(torch::kCPU, torch::kFloat32).contiguous();
  try {
    make_directories(posix_fs(), parent_path(place));
    write_file_atomically(posix_fs(), place, {static_cast<const std::byte*>(host.const_data_ptr()), host.nbytes()});
  } catch (const Error& error) {
    is_writable_ = false;
    log::warning(fmt::format("the teacher's features are no longer kept: {}", error.what()));
  }
}

}  // namespace itpn
