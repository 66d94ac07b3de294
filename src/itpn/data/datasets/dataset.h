// A set of pictures, each with at most one class. What a sample looks like in training is the loader's concern.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "itpn/data/datasets/fingerprint.h"
#include "itpn/data/datasets/sample_error.h"
#include "itpn/data/datasets/sample_set.h"
#include "itpn/data/datasets/skipped.h"
#include "itpn/io/image.h"

namespace itpn {

// A picture as a dataset stores it: encoded bytes, or pixels if `bytes` is empty.
struct StoredPicture {
  std::vector<std::byte> bytes;
  Image image;
};

// Readers may be many threads at once.
class Dataset : public SampleSet {
 public:
  // Fills `into`, reusing its memory. Throws SampleError for a bad sample.
  virtual void read(int64_t index, StoredPicture& into) const = 0;
  // -1: no class.
  virtual int64_t label(int64_t index) const = 0;
  // Bytes of the sample as stored; 0 where they are made on the fly.
  virtual uint64_t stored_bytes(int64_t index) const = 0;
  const std::vector<std::string>& class_names() const { return class_names_; }
  // Why there are none, and what to do about it: "no picture has a label; ...". For messages.
  virtual std::string why_no_classes() const { return "no picture has a class"; }
  // Whether classes are only known by their numbers (lists, shards): class_names() then ends at the largest label.
  bool has_numbered_classes() const { return has_numbered_classes_; }
  // What was left out: one by one, which may be as long as the dataset itself, or number and examples of each reason.
  virtual std::vector<SkippedEntry> skipped() const { return {}; }
  virtual SkippedGroups skipped_by_reason() const { return {}; }
  // What fingerprint() would find, where that is known without a walk over all samples.
  virtual std::optional<DatasetFingerprint> known_fingerprint() const { return std::nullopt; }

 protected:
  std::vector<std::string> class_names_;  // empty: no classes
  bool has_numbered_classes_ = false;
};

DatasetFingerprint fingerprint(const Dataset& dataset);

}  // namespace itpn
