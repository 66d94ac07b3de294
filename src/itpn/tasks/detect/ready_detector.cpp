#include "itpn/tasks/detect/ready_detector.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <span>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/models/backbone/weight_rules.h"
#include "itpn/tasks/detect/tiles.h"

namespace itpn {
namespace {

// A detector's size of pictures is its own matter: its position table has that of the card.
ModelRequest without_size(ModelRequest request) {
  request.image_size.reset();
  return request;
}

ModelSource of_detector(ModelSource source) {
  if (!source.detector) {
    throw checkpoint_error(fmt::format("{}: the weights of a detector's heads are missing", source.path));
  }
  if (source.card.model.in_channels != kColourChannels) {
    throw usage_error(fmt::format("{}: a detector of {} channels; detectors look at pictures in colour (3)",
                                  source.path, source.card.model.in_channels));
  }
  return source;
}

DetectionConfig limited(DetectionConfig selection, const FoundLimits& limits) {
  selection.least_score = limits.least_score.value_or(selection.least_score);
  selection.most = limits.most.value_or(selection.most);
  return selection;
}

DetectionTestSize size_of(const DetectorCard& card, const std::optional<ImageSize>& asked, int64_t patch) {
  int64_t shorter = card.short_side, longer = card.longest_side;
  if (asked && asked->is_square()) {
    longer = std::max(asked->height, asked->height * longer / shorter);
    shorter = asked->height;
  } else if (asked) {
    shorter = std::min(asked->height, asked->width);
    longer = asked->longer();
  }
  return {static_cast<int>(shorter), static_cast<int>(longer), static_cast<int>(detection_divisor(patch))};
}

}  // namespace

ReadyDetector::ReadyDetector(ModelSource source, const ModelRequest& request, const FoundLimits& limits)
    : ReadyModel(of_detector(std::move(source)), without_size(request)),
      test_size_(size_of(*this->source().card.detector, request.image_size, this->source().card.model.patch_size)),
      selection_(limited(this->source().detector->roi.detection, limits)),
      detector_(load(), {this->source().card.pictures.mean, this->source().card.pictures.std}, device()) {}

Detector ReadyDetector::load() const {
  DetectorConfig config = *source().detector;
  config.roi.detection = selection_;
  Detector model(config, 0);
  load_into(*model, used_detector_weight_rules());
  return model;
}

FoundPicture ReadyDetector::detect(const Image& picture) {
  const PixelView whole = view_of(picture);
  return std::move(detect(make_test_batch(std::span(&whole, 1), test_size_)).front());
}

FoundPicture ReadyDetector::detect_in_tiles(const Image& picture, int side, int64_t batch_size) {
  const PictureSize size{picture.width, picture.height};
  const std::vector<Rect> tiles = tiles_of(size, side);
  std::vector<FoundPicture> parts = {detect(picture)};
  for (size_t first = 0; first < tiles.size(); first += static_cast<size_t>(batch_size)) {
    const size_t end = std::min(tiles.size(), first + static_cast<size_t>(batch_size));
    std::vector<PixelView> views;
    for (size_t i = first; i < end; ++i) views.push_back(view_of(picture, tiles[i]));
    const std::vector<FoundPicture> found = detect(make_test_batch(views, test_size_));
    for (size_t i = first; i < end; ++i) parts.push_back(moved_to_picture(found[i - first], tiles[i], size));
  }
  return tiles.empty() ? std::move(parts.front()) : merge_found(parts, selection_.iou_threshold, selection_.most);
}

DecodeOptions ReadyDetector::reading() const {
  DecodeOptions options = decode_options(source().card.reading);
  options.limit = pixel_limit();
  return options;
}

}  // namespace itpn
