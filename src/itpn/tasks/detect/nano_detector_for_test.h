// A detector of random weights that is quick and sure of what it says.
#pragma once

#include <map>
#include <string>

#include "itpn/engine/load_weights.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/weights_writer.h"
#include "itpn/models/detection/detector.h"
#include "itpn/tasks/weights/model_card.h"

namespace itpn::test {

struct NanoDetector {
  int64_t classes = 3;
  bool is_cascade = false;
  bool has_masks = true;
  uint64_t seed = 1;
};

inline DetectorConfig nano_detector_config(const NanoDetector& nano = {}) {
  Preset preset = find_preset("itpn-nano");
  preset.pyramid.fpn_dim = 8;
  DetectorConfig config = nano.is_cascade ? cascade_rcnn_config(preset.backbone, preset.pyramid, nano.classes)
                                          : mask_rcnn_config(preset.backbone, preset.pyramid, nano.classes);
  config.roi.box.fc_dim = 16;
  config.roi.has_masks = nano.has_masks;
  return config;
}

// Scores and masks as they start are nearly the same everywhere; these are far apart.
inline Detector nano_detector(const NanoDetector& nano = {}) {
  Detector detector(nano_detector_config(nano), nano.seed);
  const at::NoGradGuard no_grad;
  for (auto& item : detector->named_parameters()) {
    const std::string& name = item.key();
    const bool is_last = name.find("fc_cls") != std::string::npos || name.find("fc_reg") != std::string::npos ||
                         name.find("rpn_cls") != std::string::npos || name.find("conv_logits") != std::string::npos;
    if (is_last) item.value().mul_(60.0);
  }
  detector->eval();
  return detector;
}

inline Metadata nano_detector_card(const NanoDetector& nano = {}) {
  ModelCard card;
  card.kind = kDetectorKind;
  card.model.preset = "itpn-nano";
  card.pictures.image_size = 64;
  for (int64_t i = 0; i < nano.classes; ++i) card.class_names.push_back("class " + std::string(1, 'a' + i % 26));
  card.detector = DetectorCard{nano.is_cascade ? kCascadeMaskRcnn : kMaskRcnn, nano.has_masks, 64, 112};
  return to_metadata(card);
}

// A file with such a detector's weights, each name behind `prefix`; without a card where `card` is empty.
inline void write_nano_detector(const std::string& path, const NanoDetector& nano, const Metadata& card,
                                const std::string& prefix = "") {
  NamedTensors tensors = copy_to_host(named_weights(*nano_detector(nano)));
  for (auto& [name, tensor] : tensors) name.insert(0, prefix);
  write_weights_file(posix_fs(), path, as_tensor_bytes(tensors), card);
}

// A picture of soft blobs, another for each `step`.
inline Image blobs(int width, int height, int step) {
  Image picture(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        picture.pixels[static_cast<size_t>((y * width + x) * 3 + c)] =
            static_cast<uint8_t>((x * (3 + step) + y * (5 - step) + (x * y / 9) * (c + 1)) % 256);
      }
    }
  }
  return picture;
}

}  // namespace itpn::test
