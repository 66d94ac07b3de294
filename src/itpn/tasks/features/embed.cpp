#include "itpn/tasks/features/embed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "itpn/core/csv.h"
#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/output_place.h"
#include "itpn/core/progress.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/npy_writer.h"

namespace itpn {
namespace {

constexpr const char* kPooled = "pooled";

struct Gathered {
  torch::Tensor features;  // (N, ...) fp32 on the CPU
  std::vector<std::string> paths;
};

void check(const EmbedRequest& request) {
  if (request.pictures.empty()) throw usage_error("no picture given; name files, folders or lists (.txt)");
  if (request.batch_size < 1) throw usage_error("--batch-size must be at least 1");
  const std::string& format = request.format;
  if (format == "npy" || format == "safetensors" || format == "csv") return;
  throw usage_error(fmt::format("--format {}: want npy, safetensors or csv", format));
}

void check_level(const ReadyBackbone& model, const std::string& level) {
  const std::vector<std::string> names = model.level_names();
  if (level == kPooled || std::find(names.begin(), names.end(), level) != names.end()) return;
  throw usage_error(
      fmt::format("{}: no level {}; there is {}, {}", model.source().path, level, fmt::join(names, ", "), kPooled));
}

Gathered gather(ReadyBackbone& model, const EmbedRequest& request, EmbedResult* result) {
  const std::vector<std::string> all = expand_pictures(request.pictures);
  const std::span<const std::string> paths = all;
  const auto transform = model.transform();
  const auto batch = static_cast<size_t>(request.batch_size);
  ProgressBar bar({.label = "embed", .total = static_cast<int64_t>(paths.size()), .unit = "pictures"});
  std::vector<torch::Tensor> parts;
  Gathered gathered;
  for (size_t first = 0; first < paths.size(); first += batch) {
    const PictureBatch pictures =
        read_pictures(paths.subspan(first, std::min(batch, paths.size() - first)), *transform);
    result->unreadable.insert(result->unreadable.end(), pictures.unreadable.begin(), pictures.unreadable.end());
    bar.update(static_cast<int64_t>(std::min(first + batch, paths.size())));
    if (pictures.batch.count == 0) continue;
    gathered.paths.insert(gathered.paths.end(), pictures.paths.begin(), pictures.paths.end());
    parts.push_back(
        (request.level == kPooled ? model.pooled(pictures.batch) : model.level(pictures.batch, request.level))
            .cpu()
            .contiguous());
  }
  bar.finish();
  if (parts.empty()) {
    throw data_error(fmt::format("none of {} pictures can be read; {}: {}", paths.size(), result->unreadable[0].path,
                                 result->unreadable[0].reason));
  }
  gathered.features = torch::cat(parts);
  return gathered;
}

std::span<const std::byte> bytes_of(const torch::Tensor& tensor) {
  return {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()};
}

void write_npy(const Gathered& gathered, EmbedResult* result) {
  const std::string header = npy_header(result->shape);
  std::vector<std::byte> file(header.size() + gathered.features.nbytes());
  std::copy_n(reinterpret_cast<const std::byte*>(header.data()), header.size(), file.begin());
  std::ranges::copy(bytes_of(gathered.features), file.begin() + static_cast<std::ptrdiff_t>(header.size()));
  write_file_atomically(posix_fs(), result->output, file);
  std::string names;
  for (const std::string& path : gathered.paths) names += path + "\n";
  result->names = result->output + ".txt";
  write_file_atomically(posix_fs(), result->names, names);
}

void write_tensors(const Gathered& gathered, const EmbedRequest& request, EmbedResult* result) {
  const NamedTensors tensors = {{"features", gathered.features}};
  const auto replace = nlohmann::json::error_handler_t::replace;
  const std::map<std::string, std::string> metadata = {
      {"level", request.level},
      {"stride", std::to_string(result->stride)},
      {"pictures", nlohmann::json(gathered.paths).dump(-1, ' ', false, replace)}};
  std::vector<std::byte> file;
  const ByteSink sink = [&](std::span<const std::byte> piece) { file.insert(file.end(), piece.begin(), piece.end()); };
  write_safetensors(sink, as_tensor_bytes(tensors), metadata);
  write_file_atomically(posix_fs(), result->output, file);
}

void write_csv(const Gathered& gathered, EmbedResult* result) {
  const torch::Tensor rows = gathered.features.flatten(1);
  const auto numbers = static_cast<size_t>(rows.size(1));
  const float* next = rows.const_data_ptr<float>();
  std::string text;
  for (const std::string& path : gathered.paths) {
    text += csv_field(path);
    for (size_t i = 0; i < numbers; ++i) fmt::format_to(std::back_inserter(text), ",{}", *next++);
    text += '\n';
  }
  write_file_atomically(posix_fs(), result->output, text);
}

}  // namespace

EmbedResult embed(const EmbedRequest& request) {
  check(request);
  EmbedResult result;
  result.output = request.output.empty() ? "features." + request.format : request.output;
  prepare_output_file(posix_fs(), result.output);
  ReadyBackbone model(request.model);
  check_level(model, request.level);
  result.stride = request.level == kPooled ? 0 : model.stride_of(request.level);
  const Gathered gathered = gather(model, request, &result);
  result.shape = gathered.features.sizes().vec();
  if (request.format == "npy") write_npy(gathered, &result);
  if (request.format == "safetensors") write_tensors(gathered, request, &result);
  if (request.format == "csv") write_csv(gathered, &result);
  return result;
}

}  // namespace itpn
