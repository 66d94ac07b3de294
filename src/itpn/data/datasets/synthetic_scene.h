// Made-up pictures of coloured shapes with known classes, masks and boxes: they need no file at all. A scene is a pure
// function of (options, index).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/io/image.h"

namespace itpn {

// What a picture shows.
enum class SyntheticStyle {
  kScattered,  // shapes of any colour, size and turn on a striped ground; one is the largest
  kPortrait,   // one large shape near the middle, nearly upright, in a hue that its class often has: learnt in minutes
};

struct SyntheticOptions {
  int64_t count = 4096;
  int width = 160;
  int height = 160;
  int max_objects = 4;  // of a scattered scene
  uint64_t seed = 0;
  SyntheticStyle style = SyntheticStyle::kScattered;
};

// Seed of the pictures that a set with seed 0 is measured on.
inline constexpr uint64_t kHeldOutSyntheticSet = 1;

struct SyntheticObject {
  int label = 0;              // index into synthetic_class_names()
  Rect box;                   // of the visible pixels
  std::vector<uint8_t> mask;  // height x width, 1 where the object is visible
};

struct SyntheticScene {
  Image image;
  std::vector<SyntheticObject> objects;  // in the order of painting: a later one hides an earlier one
  int label = 0;                         // class of the largest shape, painted last and whole
};

const std::vector<std::string>& synthetic_class_names();
SyntheticScene synthetic_scene(const SyntheticOptions& options, int64_t index);
// The class of the scene without painting it.
int synthetic_label(const SyntheticOptions& options, int64_t index);

}  // namespace itpn
