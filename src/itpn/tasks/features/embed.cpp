#include "itpn/tasks/features/embed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <algorithm>
#include <optional>
#include <span>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/output_place.h"
#include "itpn/core/progress.h"
#include "itpn/core/utf8.h"
#include "itpn/io/feature_writer.h"

namespace itpn {
namespace {

constexpr const char* kPooled = "pooled";

// What the file is to be: the ending of its name says it, or --format, and the two must agree.
FeatureFormat format_of(const EmbedRequest& request) {
  const std::optional<FeatureFormat> wanted = feature_format(request.format),
                                     named = feature_format_of_name(request.output);
  if (!request.format.empty() && !wanted) {
    throw usage_error(fmt::format("--format {}: want npy, safetensors or csv", request.format));
  }
  if (wanted && named && *wanted != *named) {
    throw usage_error(fmt::format("-o {} and --format {} contradict each other; leave one of them out", request.output,
                                  request.format));
  }
  if (!wanted && !named && !request.output.empty()) {
    throw usage_error(fmt::format("-o {}: the name ends in .npy, .safetensors or .csv, or --format says which of them",
                                  request.output));
  }
  return wanted ? *wanted : named.value_or(FeatureFormat::kNpy);
}

void check(const EmbedRequest& request) {
  if (request.pictures.empty()) throw usage_error("no picture given; name files, folders or lists");
  if (request.batch_size < 1) throw usage_error("--batch-size must be at least 1");
}

void check_level(const ReadyBackbone& model, const std::string& level) {
  const std::vector<std::string> names = model.level_names();
  if (level == kPooled || std::find(names.begin(), names.end(), level) != names.end()) return;
  throw usage_error(
      fmt::format("{}: no level {}; there is {}, {}", model.source().path, level, fmt::join(names, ", "), kPooled));
}

torch::Tensor features_of(ReadyBackbone& model, const HostBatch& batch, const std::string& level) {
  return (level == kPooled ? model.pooled(batch) : model.level(batch, level)).cpu().contiguous();
}

// Writes the features of each batch as soon as they are there. The file begins with the first of them: only they tell
// the shape.
class Embedding {
 public:
  Embedding(const EmbedRequest& request, std::span<const std::string> paths, EmbedResult* result)
      : request_(request), paths_(paths), result_(result) {}

  void run(ReadyBackbone& model) {
    const auto transform = model.transform();
    const auto batch = static_cast<size_t>(request_.batch_size);
    ProgressBar bar({.label = "embed", .total = static_cast<int64_t>(paths_.size()), .unit = "pictures"});
    for (size_t first = 0; first < paths_.size(); first += batch) {
      const size_t count = std::min(batch, paths_.size() - first);
      const PictureBatch pictures = read_pictures(paths_.subspan(first, count), *transform);
      result_->unreadable.insert(result_->unreadable.end(), pictures.unreadable.begin(), pictures.unreadable.end());
      if (pictures.batch.count > 0) write(features_of(model, pictures.batch, request_.level), pictures.batch, first);
      bar.update(static_cast<int64_t>(first + count));
    }
    bar.finish();
    if (!writer_) {
      throw data_error(fmt::format("none of {} pictures can be read; {}: {}", paths_.size(),
                                   printable_name(result_->unreadable[0].path), result_->unreadable[0].reason));
    }
    writer_->finish();
    result_->names = writer_->names_path();
    result_->shape.insert(result_->shape.begin(), writer_->rows());
  }

 private:
  void write(const torch::Tensor& features, const HostBatch& batch, size_t first) {
    if (!writer_) open(features);
    const auto numbers = static_cast<size_t>(features[0].numel());
    const std::span<const float> all(features.const_data_ptr<float>(), static_cast<size_t>(features.numel()));
    for (size_t row = 0; row < batch.positions.size(); ++row) {
      writer_->add(first + batch.positions[row], all.subspan(row * numbers, numbers));
    }
  }

  void open(const torch::Tensor& features) {
    result_->shape = features[0].sizes().vec();
    const std::map<std::string, std::string> metadata = {{"level", request_.level},
                                                         {"stride", std::to_string(result_->stride)}};
    writer_.emplace(posix_fs(), FeatureFile{result_->output, format_of(request_), result_->shape, metadata}, paths_);
  }

  const EmbedRequest& request_;
  std::span<const std::string> paths_;
  EmbedResult* result_;
  std::optional<FeatureWriter> writer_;
};

}  // namespace

EmbedResult embed(const EmbedRequest& request) {
  check(request);
  EmbedResult result;
  const FeatureFormat format = format_of(request);
  result.output = request.output.empty() ? fmt::format("features.{}", format_word(format)) : request.output;
  prepare_output_file(posix_fs(), result.output);
  ReadyBackbone model(request.model);
  check_level(model, request.level);
  result.stride = request.level == kPooled ? 0 : model.stride_of(request.level);
  const ExpandedPictures pictures = expand_pictures(request.pictures);
  result.lost = pictures.lost;
  Embedding(request, pictures.paths, &result).run(model);
  return result;
}

}  // namespace itpn
