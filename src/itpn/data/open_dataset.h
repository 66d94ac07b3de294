// From a recipe's words to a dataset.
#pragma once

#include <memory>
#include <string>

#include "itpn/data/data_config.h"
#include "itpn/data/datasets/dataset.h"

namespace itpn {

// The kind (config.source) of a dataset that a user names only by its path: "tar", "list" or "folder", by the name and
// what lies there.
std::string guess_source(const std::string& path);

struct OpenDatasetOptions {
  bool needs_labels = false;   // classification: refuse a dataset without classes or, unless allowed, with an empty one
  bool shows_progress = true;  // a bar while a folder is scanned, and a line of what was found
  uint64_t synthetic_seed = 0;  // another one gives another synthetic set, for validation
};

// The dataset of `path` (config.path, or config.val_path) of the kind config.source. Throws usage_error for a missing
// path, data_error for what is found there.
std::shared_ptr<const Dataset> open_dataset(const DataConfig& config, const std::string& path,
                                            const OpenDatasetOptions& options = {});

}  // namespace itpn
