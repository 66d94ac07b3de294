// How well a detector does on pictures whose objects are known: COCO's measures (spec-detection 16).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "itpn/eval/coco_evaluator.h"
#include "itpn/tasks/detect/find_objects.h"

namespace itpn {

// One class of the annotations. NaN where it has no object.
struct DetectionClassScore {
  std::string name;
  int64_t objects = 0;  // crowds not counted
  double ap = 0.0;
  double ap50 = 0.0;
};

// Of boxes, or of masks. Shares from 0 to 1; -1 where nothing is there that could be measured.
struct CocoScore {
  std::array<double, kCocoNumbers> numbers{};
  std::vector<DetectionClassScore> classes;
  std::vector<DetectionOutcomes> outcomes;  // of the same classes, at the overlap 0.5

  double at(CocoNumber number) const { return numbers[static_cast<size_t>(number)]; }
};

struct DetectionScore {
  CocoScore boxes;
  std::optional<CocoScore> masks;
  int64_t pictures = 0;
  int64_t unreadable = 0;  // count as pictures in which nothing was found

  // What is defined of "bbox_AP", "bbox_AP50", ..., "segm_AP", ..., with its name.
  std::vector<std::pair<std::string, double>> numbers() const;
  // One of these by its name; -1 where it is not defined.
  double number(const std::string& name) const;
  // One line.
  std::string summary() const;
  // Lines: all numbers, and the classes.
  std::string table() const;
};

// `results` are of the truth's pictures and categories. With `has_masks` masks are measured too, whose sizes are then
// those of the masks.
DetectionScore score_objects(const CocoSet& truth, const FoundObjects& objects, bool has_masks);

// The same results without their boxes, as COCO's reference tool wants them for masks: with boxes it would take the
// size of an object from its box.
std::vector<CocoResult> masks_alone(std::vector<CocoResult> results);

}  // namespace itpn
