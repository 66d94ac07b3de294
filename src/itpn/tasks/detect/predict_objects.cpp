#include "itpn/tasks/detect/predict_objects.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/core/files.h"
#include "itpn/core/log.h"
#include "itpn/core/utf8.h"
#include "itpn/data/datasets/sample_error.h"
#include "itpn/io/decode_image.h"
#include "itpn/tasks/detect/ready_detector.h"
#include "itpn/tasks/detect/tiles.h"

namespace itpn {
namespace {

using Sinks = std::vector<std::unique_ptr<ObjectSink>>;

DecodedImage read_picture(const std::string& path, const DecodeOptions& options) {
  std::vector<std::byte> bytes;
  read_sample_file(posix_fs(), path, bytes);
  return decode_shown(bytes, read_image_info(bytes, options.limit), options);
}

FoundPicture objects_in(ReadyDetector& detector, const Image& picture, const PredictRequest& request) {
  if (!request.objects.tiles) return detector.detect(picture);
  const int64_t side = request.objects.tile_size.value_or(detector.test_size().short_side);
  const int64_t largest = std::max(picture.width, picture.height);
  return detector.detect_in_tiles(picture, static_cast<int>(std::min(side, largest)), request.batch_size);
}

void show(const SeenPicture& picture, const Sinks& sinks) {
  for (const auto& sink : sinks) sink->begin(picture);
  const bool has_use_of_masks =
      picture.found->has_masks() &&
      std::any_of(sinks.begin(), sinks.end(), [](const auto& sink) { return sink->wants_masks(); });
  for (size_t i = 0; has_use_of_masks && i < picture.found->count(); ++i) {
    const PastedMask mask = paste_mask(*picture.found, i);
    for (const auto& sink : sinks) {
      if (sink->wants_masks()) sink->add_mask(i, mask);
    }
  }
  for (const auto& sink : sinks) sink->end();
}

FoundLimits limits_of(const PredictRequest& request) {
  return {request.objects.threshold.value_or(kShownScore), request.top};
}

}  // namespace

PredictSummary predict_objects(const PredictRequest& request, const std::vector<std::string>& paths,
                               const ModelSource& source, const Sinks& sinks) {
  ReadyDetector detector(source, request.model, limits_of(request));
  PredictSummary summary;
  size_t objects = 0;
  for (size_t place = 0; place < paths.size(); ++place) {
    const std::string& path = paths[place];
    DecodedImage picture;
    try {
      picture = read_picture(path, detector.reading());
    } catch (const Error& error) {
      for (const auto& sink : sinks) sink->fail(path, error.what());
      log::warning(fmt::format("{}: {}", printable_name(path), error.what()));
      ++summary.unreadable;
      continue;
    }
    if (!picture.damage.empty()) {
      log::warning(fmt::format("{}: damaged but used: {}", printable_name(path), picture.damage));
    }
    const FoundPicture found = objects_in(detector, picture.image, request);
    show({path, place, &picture.image, &found}, sinks);
    objects += found.count();
    ++summary.predicted;
  }
  for (const auto& sink : sinks) sink->finish();
  if (objects == 0 && summary.predicted > 0) {
    log::info(fmt::format("no object has a score above {}; a smaller --threshold shows what is less certain",
                          request.objects.threshold.value_or(kShownScore)));
  }
  return summary;
}

}  // namespace itpn
