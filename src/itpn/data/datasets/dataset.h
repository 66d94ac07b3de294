// A set of pictures, each with at most one class. What a sample looks like in training is the loader's concern.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/datasets/sample_error.h"
#include "itpn/io/image.h"

namespace itpn {

// A picture as a dataset stores it: encoded bytes, or pixels if `bytes` is empty.
struct StoredPicture {
  std::vector<std::byte> bytes;
  Image image;
};

// What a dataset consists of, to notice on resume that it is another one.
struct DatasetFingerprint {
  int64_t count = 0;
  uint64_t total_bytes = 0;
  std::string names_hash;  // of all names and labels in order, hexadecimal
  bool operator==(const DatasetFingerprint&) const = default;
};

// Something that was left out while the dataset was listed.
struct SkippedEntry {
  std::string name;
  std::string reason;  // "not a picture's name", "link loop", ...
};

// Readers may be many threads at once.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual int64_t size() const = 0;
  // Fills `into`, reusing its memory. Throws SampleError for a bad sample.
  virtual void read(int64_t index, StoredPicture& into) const = 0;
  // -1: no class.
  virtual int64_t label(int64_t index) const = 0;
  // Where the sample comes from: a path, or "shard.tar:member".
  virtual std::string name(int64_t index) const = 0;
  // Bytes of the sample as stored; 0 where they are made on the fly.
  virtual uint64_t stored_bytes(int64_t index) const = 0;
  const std::vector<std::string>& class_names() const { return class_names_; }
  // Whether classes are only known by their numbers (lists, shards): class_names() then ends at the largest label.
  bool has_numbered_classes() const { return has_numbered_classes_; }
  const std::vector<SkippedEntry>& skipped() const { return skipped_; }

 protected:
  std::vector<std::string> class_names_;  // empty: no classes
  bool has_numbered_classes_ = false;
  std::vector<SkippedEntry> skipped_;
};

DatasetFingerprint fingerprint(const Dataset& dataset);

}  // namespace itpn
