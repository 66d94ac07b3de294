#include "itpn/tasks/run/recipe_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/core/errors.h"

namespace itpn {

void check_image_size(const DataConfig& data, const ModelConfig& model) {
  const int64_t size = data.image_size, patch = model.patch_size;
  if (size % patch == 0) return;
  throw usage_error(fmt::format("data.image_size = {} is not a multiple of model.patch_size = {}; take {} or {}", size,
                                patch, size / patch * patch, (size / patch + 1) * patch));
}

void check_batch(const TrainConfig& train) {
  if (train.global_batch_size == 0) return;  // not settled yet
  if (train.global_batch_size % train.processes != 0) {
    throw usage_error(fmt::format("{} processes cannot share train.global_batch_size = {} evenly; take {} or {}",
                                  train.processes, train.global_batch_size,
                                  std::max<int64_t>(1, train.global_batch_size / train.processes) * train.processes,
                                  (train.global_batch_size / train.processes + 1) * train.processes));
  }
  const int64_t micro = train.micro_batch() * train.processes;
  if (micro <= train.global_batch_size && train.global_batch_size % micro == 0) return;
  if (train.processes > 1) {
    throw usage_error(
        fmt::format("train.micro_batch_size = {} times {} processes does not divide "
                    "train.global_batch_size = {}",
                    train.micro_batch(), train.processes, train.global_batch_size));
  }
  throw usage_error(fmt::format("train.micro_batch_size = {} does not divide train.global_batch_size = {}", micro,
                                train.global_batch_size));
}

void check_labelled_path(const DataConfig& data) {
  if (data.source == "synthetic" || !data.path.empty()) return;
  throw usage_error("data.path is not given: name a folder with a sub-folder for each class, data.path=DIR");
}

void check_channels(const DataConfig& data, const ModelConfig& model) {
  const auto channels = static_cast<size_t>(model.in_channels);
  if (data.mean.size() == channels && data.std.size() == channels) return;
  throw usage_error(fmt::format("data.mean and data.std have {} and {} entries, model.in_channels is {}",
                                data.mean.size(), data.std.size(), channels));
}

}  // namespace itpn
