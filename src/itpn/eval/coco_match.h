// Which detections of one class in one picture are hits, for every overlap threshold and range of areas of COCO's
// evaluation at once: spec-detection 16.1 to 16.3.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "itpn/structures/coco.h"

namespace itpn {

enum class IouKind { kBoxes, kMasks };

inline constexpr int kCocoIous = 10;      // thresholds of overlap: 0.5, 0.55, ... 0.95
inline constexpr int kCocoAreas = 4;      // ranges of the area: all, small, medium, large
inline constexpr int kCocoRecalls = 101;  // 0, 0.01, ... 1
inline constexpr int kCocoLimits = 3;     // largest numbers of detections of a picture

double coco_iou_threshold(int index);
double coco_recall_threshold(int index);

// An object of the truth, or one that was found, as the evaluation compares them.
struct CocoObject {
  CornerBox box;
  Rle mask;  // only where masks are compared
  double area = 0.0;
  double score = 0.0;       // of what was found
  int64_t id = 0;           // of the truth
  bool is_crowd = false;    // of the truth
  bool is_ignored = false;  // of the truth: crowds, and stand-ins for a mask that is not known
};

// What became of one detection. Bit t of each word belongs to threshold t; the words to the ranges of areas.
struct DetectionFlags {
  std::array<uint16_t, kCocoAreas> is_hit{};
  std::array<uint16_t, kCocoAreas> is_ignored{};  // counts neither as a hit nor as a false alarm
  bool operator==(const DetectionFlags&) const = default;
};

struct CocoMatches {
  std::array<int32_t, kCocoAreas> truths{};  // objects that count, by range of areas
  std::vector<double> scores;                // of the detections, falling; equal ones in the order they came
  std::vector<DetectionFlags> flags;         // of the same
  bool operator==(const CocoMatches&) const = default;
};

// Of one class in one picture; of the detections, the `most` with the best scores take part.
CocoMatches match_objects(std::span<const CocoObject> truths, std::span<const CocoObject> detections, IouKind kind,
                          int64_t most);

}  // namespace itpn
