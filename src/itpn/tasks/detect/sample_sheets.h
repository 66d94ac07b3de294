// What a detector makes of fixed pictures while it learns: a sheet with their labels and one with its predictions.
#pragma once

#include <string>
#include <vector>

#include "itpn/data/detection_packing.h"
#include "itpn/data/open_annotated.h"
#include "itpn/io/image.h"
#include "itpn/tasks/detect/find_objects.h"

namespace itpn {

// Objects with a smaller score are not drawn.
inline constexpr double kSampleScore = 0.3;

struct SampleSheets {
  Image labels, predictions;
};

// `count` pictures of the set, the same ones each time. One that cannot be read stays empty.
SampleSheets draw_samples(const DetectBatch& detect, const AnnotatedSet& set,
                          const std::vector<std::string>& class_names, const DetectionTestSize& size, int64_t count);

}  // namespace itpn
