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

// " (A and B look the same ...)", with what to do, for the first of `names` that one of `others` differs from in its
// Unicode form only, as accents do that were written by macOS; "" where there is none.
std::string hint_on_unicode_form(const std::vector<std::string>& names, const std::vector<std::string>& others);

// Training and validation pictures must be of the same classes, in the same order: else a label means two things.
// Numbered classes may end earlier in validation.
void check_same_classes(const Dataset& train, const Dataset& val);

// Questions about a dataset whose folders or labels look like a mistake, as an end of a message "PATH: ..."; "" where
// there is nothing to ask. `path` is its own.
//
// train/ and val/ are parts of a dataset and no classes, nor are images/ and masks/.
std::string question_about_parts(const Dataset& dataset, const std::string& path);
// A single class leaves nothing to tell apart.
std::string question_about_one_class(const Dataset& dataset, const std::string& path);
// Numbers that begin at 1 or have holes would be outputs that no picture trains.
std::string question_about_numbers(const Dataset& dataset);

// Every sample must have a label of 0 .. classes - 1.
void check_labels(const Dataset& dataset, int64_t classes);

}  // namespace itpn
