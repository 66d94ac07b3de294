// A dataset whose samples are listed in a PictureIndex.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "itpn/data/datasets/dataset.h"
#include "itpn/data/datasets/picture_index.h"

namespace itpn {

class IndexedDataset : public Dataset {
 public:
  int64_t size() const override { return index_.size(); }
  int64_t label(int64_t index) const override { return index_.has_labels() ? index_.label(index) : -1; }
  uint64_t stored_bytes(int64_t index) const override { return index_.stored_bytes(index); }
  std::optional<DatasetFingerprint> known_fingerprint() const override { return index_.fingerprint(); }
  SkippedGroups skipped_by_reason() const override { return index_.skipped_by_reason(); }
  std::vector<SkippedEntry> skipped() const override {
    std::vector<SkippedEntry> entries;
    for (size_t i = 0; i < index_.skipped().size(); ++i) {
      entries.push_back({std::string(index_.skipped()[i]), std::string(index_.skipped_reason(i))});
    }
    return entries;
  }

 protected:
  explicit IndexedDataset(PictureIndex index) : index_(std::move(index)) { class_names_ = index_.classes().copy(); }

  const PictureIndex index_;
};

}  // namespace itpn
