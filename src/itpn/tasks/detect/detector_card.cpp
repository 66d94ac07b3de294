#include "itpn/tasks/detect/detector_card.h"

namespace itpn {

ModelCard detector_card(const DetectConfig& config, const std::vector<std::string>& class_names) {
  ModelCard card;
  card.kind = kDetectorKind;
  card.model = config.model;
  card.model.drop_path = 0.0;
  card.pictures = {ImageSize(config.detector.position_size), config.data.mean, config.data.std};
  card.reading = {"white", "apply"};
  card.detector = DetectorCard{config.detector.type, config.detector.masks == "on", config.preprocess.short_side,
                               config.preprocess.longest_side, config.detector.proposals};
  card.class_names = class_names;
  return card;
}

}  // namespace itpn
