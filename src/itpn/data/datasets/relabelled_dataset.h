// A dataset whose classes have other numbers.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "itpn/data/datasets/dataset.h"

namespace itpn {

class RelabelledDataset : public Dataset {
 public:
  // labels[i] is the new number of class i of `dataset`, an index into `class_names`.
  RelabelledDataset(std::shared_ptr<const Dataset> dataset, std::vector<int64_t> labels,
                    std::vector<std::string> class_names)
      : dataset_(std::move(dataset)), labels_(std::move(labels)) {
    class_names_ = std::move(class_names);
  }

  int64_t size() const override { return dataset_->size(); }
  void read(int64_t index, StoredPicture& into) const override { dataset_->read(index, into); }
  int64_t label(int64_t index) const override {
    const int64_t label = dataset_->label(index);
    return label < 0 ? label : labels_[static_cast<size_t>(label)];
  }
  std::string name(int64_t index) const override { return dataset_->name(index); }
  std::string why_no_classes() const override { return dataset_->why_no_classes(); }
  uint64_t stored_bytes(int64_t index) const override { return dataset_->stored_bytes(index); }
  std::vector<SkippedEntry> skipped() const override { return dataset_->skipped(); }
  SkippedGroups skipped_by_reason() const override { return dataset_->skipped_by_reason(); }

 private:
  std::shared_ptr<const Dataset> dataset_;
  std::vector<int64_t> labels_;
};

}  // namespace itpn
