#include "itpn/tasks/pretrain/clip_teacher.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/sha256.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/precision.h"
#include "itpn/ops/images_to_device.h"
#include "itpn/ops/to_device.h"

namespace itpn {
namespace {

void require_file(const std::string& path) {
  if (path.empty()) {
    throw usage_error(
        fmt::format("teacher.weights is not given: the file of the model whose features are learnt, "
                    "teacher.weights=FILE. {}",
                    clip_file_advice()));
  }
  if (!exists(posix_fs(), path)) {
    throw io_error(fmt::format("teacher.weights = {}: there is no such file or run. {}", path, clip_file_advice()));
  }
}

std::string hash_of_file(const std::string& path) {
  constexpr uint64_t kPiece = 1 << 20;
  OpenFile file(posix_fs(), path, OpenMode::kRead);
  Sha256 hash;
  std::vector<std::byte> piece(kPiece);
  const uint64_t size = file.size();
  for (uint64_t at = 0; at < size; at += kPiece) {
    const std::span<std::byte> part(piece.data(), std::min(kPiece, size - at));
    file.read_exactly(part, at);
    hash.update(part);
  }
  return hash.hex();
}

ClipFileLayout layout_of(const std::string& path) {
  WeightsFile file = open_weights(posix_fs(), find_weights(posix_fs(), path));
  file.strip_prefix(is_clip_vision_name);
  return find_clip_layout(file.tensors(), file.path());
}

}  // namespace

ClipVision load_clip_vision(const std::string& path) {
  require_file(path);
  const ClipFileLayout layout = layout_of(path);
  ClipVision tower(layout.sizes);
  for (torch::Tensor& parameter : tower->parameters()) parameter.requires_grad_(false);
  log_report(load_weights(posix_fs(), path, named_as_in_file(*tower, layout), clip_weight_rules()));
  tower->eval();
  return tower;
}

void identify_teacher(TeacherConfig* config) {
  require_file(config->weights);
  layout_of(config->weights);  // throws for a file of something else
  const std::string found = hash_of_file(find_weights(posix_fs(), config->weights).path);
  if (!config->sha256.empty() && config->sha256 != found) {
    throw checkpoint_error(fmt::format("teacher.weights = {}: its SHA-256 is {}, teacher.sha256 wants {}",
                                       config->weights, found, config->sha256));
  }
  config->sha256 = found;
}

ClipTeacher::ClipTeacher(const TeacherConfig& config, const torch::Device& device)
    : ClipTeacher(config, device, load_clip_vision(config.weights)) {}

ClipTeacher::ClipTeacher(const TeacherConfig& config, const torch::Device& device, ClipVision tower)
    : config_(config), device_(device), tower_(std::move(tower)) {
  tower_->to(device);
  const torch::ScalarType type = compute_type(config.precision, device);
  if (type != torch::kFloat32) tower_->cast_matrices(type);
  if (config.cache_dir.empty()) return;
  cache_.emplace(config.cache_dir, fmt::format("{} {} {} {}", config.sha256, to_text(config.image_size),
                                               config.halve_contrast, config.precision));
}

void ClipTeacher::require_grid(const PatchGrid& student) const {
  const int64_t patch = tower_->config.patch_size;
  const ImageSize wanted(student.rows * patch, student.columns * patch);
  if (config_.image_size == wanted) return;
  const PatchGrid own = patch_grid(config_.image_size, patch);
  throw usage_error(fmt::format(
      "teacher.image_size = {}: the teacher's patches of {} pixels make {} x {} of them, the "
      "student has {} x {}; take {}",
      to_text(config_.image_size), patch, own.rows, own.columns, student.rows, student.columns, to_text(wanted)));
}

torch::Tensor ClipTeacher::compute(const HostBatch& batch) {
  const torch::Tensor images = ops::second_images_to_device(batch, device_);
  return clip_targets(tower_->forward(clip_input(images, config_.halve_contrast)));
}

std::optional<torch::Tensor> ClipTeacher::cached(const std::vector<std::string>& places) const {
  const int64_t patches = patch_grid(config_.image_size, tower_->config.patch_size).count();
  std::vector<torch::Tensor> features;
  for (const std::string& place : places) {
    const std::optional<torch::Tensor> one = cache_->find(place, {patches, dim()});
    if (!one) return std::nullopt;
    features.push_back(*one);
  }
  return ops::to_device(torch::stack(features), device_);
}

torch::Tensor ClipTeacher::targets(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  if (!cache_) return compute(batch);
  std::vector<std::string> places;
  const size_t bytes = batch.second_pixels.size() / static_cast<size_t>(batch.count);
  for (size_t i = 0; i < static_cast<size_t>(batch.count); ++i) {
    places.push_back(cache_->place_of(std::span(batch.second_pixels).subspan(i * bytes, bytes)));
  }
  if (const std::optional<torch::Tensor> known = cached(places)) return *known;
  torch::Tensor features = compute(batch);
  for (size_t i = 0; i < places.size(); ++i) cache_->store(places[i], features[static_cast<int64_t>(i)]);
  return features;
}

}  // namespace itpn
