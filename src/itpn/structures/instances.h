// The objects of one picture: what a dataset knows of it, a model finds in it, and an evaluation compares.
#pragma once

#include <cstdint>
#include <vector>

#include "itpn/structures/box.h"
#include "itpn/structures/segmentation.h"

namespace itpn {

struct Instances {
  std::vector<Box> boxes;
  std::vector<int64_t> labels;      // by object: place in the list of classes
  std::vector<float> scores;        // by object; empty for truth
  std::vector<Segmentation> masks;  // by object; empty: boxes only
  std::vector<Box> ignored;         // regions that are no object of a class: crowds

  int64_t count() const { return static_cast<int64_t>(boxes.size()); }
};

}  // namespace itpn
