// Whether the classes of datasets fit each other and the model. All throw data_error, naming the classes.
#pragma once

#include "itpn/data/datasets/dataset.h"

namespace itpn {

// Training and validation pictures must be of the same classes, in the same order: else a label means two things.
// Numbered classes may end earlier in validation.
void check_same_classes(const Dataset& train, const Dataset& val);

// Every sample must have a label of 0 .. classes - 1.
void check_labels(const Dataset& dataset, int64_t classes);

}  // namespace itpn
