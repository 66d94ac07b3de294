// The rows of a head when it starts from weights that tell other classes apart, or the same in another
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
  int64_t stored = 0, wanted = 0;                 // classes of the weights and of the model
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

// Tensors of a head that have so many rows for each class, in their order, and behind them some that are of no class
// (the background of a detector).
struct ClassRows {
  std::string pattern;  // of their names, as in io/load_plan.h
  int64_t per_class = 1;
};
// Of a classifier, fine-tuned or probed; of a detector with one stage or several.
const std::vector<ClassRows>& classifier_rows();
const std::vector<ClassRows>& detector_rows();

std::vector<std::string> patterns_of(const std::vector<ClassRows>& rows);
bool has_class_rows(const std::string& name, const std::vector<ClassRows>& rows = classifier_rows());
// What of `model` has no rows for each class.
NamedTensors without_class_rows(const NamedTensors& model, const std::vector<ClassRows>& rows = classifier_rows());

// Copies the matched rows of the weights' head, and those that are of no class, into `model`, whose other rows keep
// their values; nothing where the heads are of another kind or width. Throws as load_weights. Returns whether it
// copied.
bool load_head_rows(Fs& fs, const WeightsPath& weights, const NamedTensors& model, const HeadMatch& match,
                    const std::vector<ClassRows>& rows = classifier_rows());

}  // namespace itpn
