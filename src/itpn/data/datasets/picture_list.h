// The pictures that a scan of the disk found, on their way into a PictureIndex.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "itpn/data/datasets/fingerprint.h"
#include "itpn/data/datasets/packed_names.h"

namespace itpn {

// What shows later whether a folder or a shard is still the one that was scanned.
struct PlaceStamp {
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t modified_ns = 0;
  uint64_t size = 0;  // of a shard; 0 for a folder
  bool operator==(const PlaceStamp&) const = default;
};

struct PictureList {
  // Of each sample, in the order of the dataset.
  PackedNames names;              // below the folder, or inside the shard
  std::vector<uint32_t> sizes;    // in bytes; no picture of more than 4 GiB is ever decoded
  std::vector<int32_t> labels;    // numbers of `classes`; empty: no classes
  std::vector<uint64_t> offsets;  // in the shard; empty: files of their own

  // Folders, or shards: all that was looked into.
  PackedNames places;
  std::vector<PlaceStamp> stamps;
  std::vector<uint64_t> place_ends;  // samples up to the end of each shard; empty: files of their own

  PackedNames classes;
  PackedNames empty_classes;  // sub-folders without a picture; they have no number

  PackedNames skipped;
  std::vector<uint32_t> skipped_reasons;  // numbers of `reasons`
  PackedNames reasons;

  DatasetFingerprint fingerprint;
  std::string hash_with_empty_classes;  // the names' hash where empty classes have numbers too

  void add_sample(std::string_view name, uint64_t size);
  void add_place(std::string_view name, const PlaceStamp& stamp);
  void add_skipped(std::string_view name, const std::string& reason);

 private:
  std::map<std::string, uint32_t> reason_numbers_;
};

}  // namespace itpn
