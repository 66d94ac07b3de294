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

// Opens data.path and, if given, data.val_path. `num_classes` 0: as many as the training pictures have; a larger number
// leaves outputs without a picture. Throws a data error (exit 3) that names the classes or the picture where the sets
// have different class folders, a class has no picture, or a label is out of range.
LabelledData open_labelled_data(const DataConfig& data, int64_t num_classes);

// The pictures of `path` for a model that tells `class_names` (printable) apart. Folders find their
// class by name, so that `path` may hold some of them only and a folder "10" is class 10 of a model that numbers its
// classes. Where one side has no names (lists and shards; published weights), classes are found by their place. Throws
// a data error that names classes which the model does not know.
std::shared_ptr<const Dataset> open_labelled_set(const DataConfig& data, const std::string& path,
                                                 const std::vector<std::string>& class_names);

}  // namespace itpn
