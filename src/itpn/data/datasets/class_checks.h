// Whether the classes of datasets fit each other and the model. All errors are data errors (exit 3) that name classes.
#pragma once

#include <string>
#include <vector>

#include "itpn/data/datasets/dataset.h"

namespace itpn {

// Folders as messages and files of weights name them.
std::vector<std::string> printable_names(std::vector<std::string> names);

// Those of `names` that `others` lacks, cut after a few, as a text; "" where there is none. Both are printable.
std::string names_only_in(const std::vector<std::string>& names, const std::vector<std::string>& others);

// Training and validation pictures must be of the same classes, in the same order: else a label means two things.
// Numbered classes may end earlier in validation.
void check_same_classes(const Dataset& train, const Dataset& val);

// Every sample must have a label of 0 .. classes - 1.
void check_labels(const Dataset& dataset, int64_t classes);

}  // namespace itpn
