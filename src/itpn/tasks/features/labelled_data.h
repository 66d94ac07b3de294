// Pictures with classes: to learn from, and to measure on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "itpn/data/data_config.h"
#include "itpn/data/datasets/dataset.h"

namespace itpn {

struct LabelledData {
  std::shared_ptr<const Dataset> train;
  std::shared_ptr<const Dataset> val;    // null without data.val_path
  std::vector<std::string> class_names;  // one for each output of the model, printable
};

// Opens data.path and, if given, data.val_path, whose classes get the numbers that those of the same names have in
// training. `num_classes` 0: as many as the training pictures have; a larger number leaves outputs without a picture.
// `takes_keys`: messages may advise keys of a recipe.
//
// Throws a data error (exit 3) that names the classes or the picture where the sets have different classes, a class has
// no picture, or a label is out of range; and, unless `num_classes` insists, for a single class and for numbers that
// begin at 1 or have holes.
LabelledData open_labelled_data(const DataConfig& data, int64_t num_classes, bool takes_keys = true);

// The pictures of `path` for a model that tells `class_names` (printable) apart. Classes are found by their names,
// numbers too: a folder or a label "10" is the class that the model calls "10", wherever it stands; `path` may hold
// some of them only. Where one side has no names but numbers (lists and shards; published weights) and the other does
// not know them, classes are found by their place, which is told. Throws a data error that names classes which the
// model does not know.
std::shared_ptr<const Dataset> open_labelled_set(const DataConfig& data, const std::string& path,
                                                 const std::vector<std::string>& class_names);

}  // namespace itpn
