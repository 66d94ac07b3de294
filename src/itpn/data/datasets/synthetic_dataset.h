// The built-in set of synthetic scenes as a dataset for classification and pre-training.
#pragma once

#include "itpn/data/datasets/dataset.h"
#include "itpn/data/datasets/synthetic_scene.h"

namespace itpn {

class SyntheticDataset : public Dataset {
 public:
  explicit SyntheticDataset(const SyntheticOptions& options);
  int64_t size() const override { return options_.count; }
  void read(int64_t index, StoredPicture& into) const override;
  int64_t label(int64_t index) const override { return synthetic_label(options_, index); }
  std::string name(int64_t index) const override;
  uint64_t stored_bytes(int64_t) const override { return 0; }

 private:
  SyntheticOptions options_;
};

}  // namespace itpn
