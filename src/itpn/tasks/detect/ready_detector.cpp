#include "itpn/tasks/detect/ready_detector.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/models/backbone/weight_rules.h"

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
      detector_(load(limits), {this->source().card.pictures.mean, this->source().card.pictures.std}, device()) {}

Detector ReadyDetector::load(const FoundLimits& limits) const {
  DetectorConfig config = *source().detector;
  DetectionConfig& detection = config.roi.detection;
  detection.least_score = limits.least_score.value_or(detection.least_score);
  detection.most = limits.most.value_or(detection.most);
  Detector model(config, 0);
  load_into(*model, used_detector_weight_rules());
  return model;
}

FoundPicture ReadyDetector::detect(const Image& picture) {
  std::vector<Image> pictures = {picture};
  return std::move(detect(make_test_batch(std::move(pictures), test_size_)).front());
}

DecodeOptions ReadyDetector::reading() const {
  DecodeOptions options = decode_options(source().card.reading);
  options.limit = pixel_limit();
  return options;
}

}  // namespace itpn
