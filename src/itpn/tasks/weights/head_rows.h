// The rows of a classifier's head when it starts from weights that tell other classes apart, or the same in another
// order: names decide, never places.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "itpn/engine/checkpoint_files.h"
#include "itpn/engine/train_state.h"

namespace itpn {

struct HeadMatch {
  std::vector<std::pair<int64_t, int64_t>> rows;  // of the weights, of the model
  std::vector<std::string> fresh;                 // classes that only the model has
  std::vector<std::string> unused;                // classes that only the weights have
  bool is_same = false;                           // the same names in the same order
};

HeadMatch match_classes(const std::vector<std::string>& of_weights, const std::vector<std::string>& of_model);

// The table as text, a line for each entry; long ones are cut.
std::vector<std::string> describe(const HeadMatch& match);

// The classes that a file's head tells apart: those of its model card, or empty where it has none or no head.
std::vector<std::string> head_classes(Fs& fs, const WeightsPath& weights, const NamedTensors& model);

// The tensors of a head that have a row for each class, and whether `name` is one of them.
std::vector<std::string> names_of_class_rows();
bool has_class_rows(const std::string& name);

// Copies the matched rows of the weights' head into `model`, whose other rows keep their values; nothing where the
// heads are of another kind or width. Throws as load_weights. Returns whether it copied.
bool load_head_rows(Fs& fs, const WeightsPath& weights, const NamedTensors& model, const HeadMatch& match);

}  // namespace itpn
