// From a recipe's words to a dataset.
#pragma once

#include <memory>
#include <string>

#include "itpn/data/data_config.h"
#include "itpn/data/datasets/dataset.h"

namespace itpn {

struct OpenDatasetOptions {
  bool needs_labels = false;   // classification: refuse a dataset without classes or, unless allowed, with an empty one
  bool takes_keys = true;      // the command has keys that messages may advise
  bool shows_progress = true;  // a bar while a folder is scanned, and a line of what was found
  uint64_t synthetic_seed = 0;  // another one gives another synthetic set, for validation
};

// The dataset of `path`: of the kind config.source if it is config.path, else of its own (data/path_kind.h). With
// labels, a class folder that cannot be read or is a link to another one is an error: it would be a class fewer. Throws
// usage_error for a missing path, data_error for what is found there.
std::shared_ptr<const Dataset> open_dataset(const DataConfig& config, const std::string& path,
                                            const OpenDatasetOptions& options = {});

// What a dataset is, in one line, the same for all commands: "PATH (folder): 12 pictures, 3 classes (a, b, c), 1.2
// MiB".
std::string dataset_summary(const Dataset& dataset, const std::string& path, const std::string& source);

}  // namespace itpn
