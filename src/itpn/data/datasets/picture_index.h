// The list of a dataset's pictures in the form in which it is kept on disk, and used there: nothing is copied out of
// the bytes, which usually are a mapped file, so that a dataset of any length takes no memory of the process's own.
//
// docs/decisions/0008-picture-index.md says why it looks as it does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "itpn/data/datasets/picture_list.h"
#include "itpn/data/datasets/skipped.h"

namespace itpn {

// The bytes of an index. `key` says what it is a list of.
std::vector<std::byte> encode_index(const PictureList& list, std::string_view key);

class PictureIndex {
 public:
  // Nothing for bytes that are damaged, cut, not consistent, of another version or byte order, or of another key: each
  // byte counts in a SHA-256, and each offset is checked. `owner` keeps the bytes alive and unchanged.
  static std::optional<PictureIndex> open(std::shared_ptr<const void> owner, std::span<const std::byte> bytes,
                                          std::string_view key);
  // The index of a list in memory.
  static PictureIndex in_memory(const PictureList& list);

  int64_t size() const { return static_cast<int64_t>(names_.size()); }
  std::string_view name(int64_t i) const { return names_[static_cast<size_t>(i)]; }
  uint64_t stored_bytes(int64_t i) const { return sizes_[static_cast<size_t>(i)]; }
  bool has_labels() const { return labels_.size() > 0; }
  int32_t label(int64_t i) const { return labels_[static_cast<size_t>(i)]; }
  // Whether the samples lie in shards; only then do they have an offset, and a place of their own.
  bool is_of_shards() const { return offsets_.size() > 0; }
  uint64_t offset(int64_t i) const { return offsets_[static_cast<size_t>(i)]; }
  size_t place_of(int64_t i) const;

  const NamesView& places() const { return places_; }
  PlaceStamp stamp(size_t place) const { return stamps_[place]; }
  const NamesView& classes() const { return classes_; }
  const NamesView& empty_classes() const { return empty_classes_; }
  const NamesView& skipped() const { return skipped_; }
  std::string_view skipped_reason(size_t i) const { return reasons_[skipped_reasons_[i]]; }
  SkippedGroups skipped_by_reason() const;
  const DatasetFingerprint& fingerprint() const { return fingerprint_; }
  const std::string& hash_with_empty_classes() const { return hash_with_empty_classes_; }
  // Bytes of the whole index.
  size_t bytes() const { return bytes_; }

 private:
  PictureIndex() = default;
  bool is_consistent() const;

  std::shared_ptr<const void> owner_;
  size_t bytes_ = 0;
  NamesView names_;
  Column<uint32_t> sizes_;
  Column<int32_t> labels_;
  Column<uint64_t> offsets_;
  NamesView places_;
  Column<PlaceStamp> stamps_;
  Column<uint64_t> place_ends_;
  NamesView classes_, empty_classes_;
  NamesView skipped_, reasons_;
  Column<uint32_t> skipped_reasons_;
  DatasetFingerprint fingerprint_;
  std::string hash_with_empty_classes_;
};

}  // namespace itpn
