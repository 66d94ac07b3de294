// Which annotations of a picture training uses: spec-detection 2.2 to 2.5.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "itpn/structures/coco.h"
#include "itpn/structures/instances.h"

namespace itpn {

// Label by category id.
using CategoryLabels = std::map<int64_t, int64_t>;

// The label of a category is the place of its name in `names`, which are printable; categories that are not in it have
// none. No names: all categories, each at its place in the list.
CategoryLabels category_labels(std::span<const CocoCategory> categories, std::span<const std::string> names = {});

// Why an annotation is left out. Crowds are not: they become ignored regions.
enum class LeftOut { kMarked, kNoBox, kOutside, kTooSmall, kUnknownClass };
inline constexpr int kLeftOutReasons = 5;
// "marked as ignored", ...
const char* left_out_name(LeftOut reason);

struct TrainingObjects {
  Instances instances;  // boxes not clipped; masks empty where no object has one
  std::array<int64_t, kLeftOutReasons> left_out{};
  int64_t without_mask = 0;  // objects of which only the box is known
};

TrainingObjects training_objects(const CocoImage& image, std::span<const CocoAnnotation* const> annotations,
                                 const CategoryLabels& labels);

}  // namespace itpn
