// Made-up pictures of coloured shapes with known classes, masks and boxes: they need no file at all. A scene is a pure
// function of (options, index).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/io/image.h"

namespace itpn {

struct SyntheticOptions {
  int64_t count = 4096;
  int width = 160;
  int height = 160;
  int max_objects = 4;
  uint64_t seed = 0;
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
