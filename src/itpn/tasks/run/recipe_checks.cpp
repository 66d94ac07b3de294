#include "itpn/tasks/run/recipe_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/core/errors.h"

namespace itpn {

void check_image_size(const DataConfig& data, const ModelConfig& model) {
  const ImageSize size = data.image_size;
  const int64_t patch = model.patch_size;
  if (divides(patch, size)) return;
  const auto next_to = [&](int64_t step) {
    const auto side = [&](int64_t pixels) {
      return pixels % patch == 0 ? pixels : std::max<int64_t>(1, pixels / patch + step) * patch;
    };
    return to_text(ImageSize(side(size.height), side(size.width)));
  };
  const std::string smaller = next_to(0), larger = next_to(1);
  throw usage_error(fmt::format("data.image_size = {} is not a multiple of model.patch_size = {}; take {}{}",
                                to_text(size), patch, smaller, smaller == larger ? "" : " or " + larger));
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
  if (data.channels != kGreyChannels && data.channels != kColourChannels) {
    throw usage_error(fmt::format("data.channels = {}: pictures are read in colour (3) or in grey (1)", data.channels));
  }
  if (model.in_channels != data.channels) {
    throw usage_error(
        fmt::format("model.in_channels = {}, but data.channels = {}: give both the same number, 3 (colour) "
                    "or 1 (grey)",
                    model.in_channels, data.channels));
  }
  const auto channels = static_cast<size_t>(data.channels);
  if (data.mean.size() == channels && data.std.size() == channels) return;
  throw usage_error(fmt::format("data.mean and data.std have {} and {} entries, data.channels is {}", data.mean.size(),
                                data.std.size(), channels));
}

}  // namespace itpn
