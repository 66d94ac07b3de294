#include "itpn/data/datasets/picture_index.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "itpn/core/sha256.h"
#include "itpn/core/utf8.h"

namespace itpn {
namespace {

// The file: magic, byte order, the size of each section, the sections (each padded to eight bytes), and the SHA-256 of
// all that. A name list is two sections: its ends and its text.
constexpr std::array<char, 16> kMagic{'i', 't', 'p', 'n', ' ', 'p', 'i', 'c', 't', 'u', 'r', 'e', 's', ' ', '1', '\n'};
constexpr uint64_t kByteOrder = 0x0102030405060708;

enum Section : size_t {
  kKey,
  kNameEnds,
  kNames,
  kSizes,
  kLabels,
  kOffsets,
  kPlaceNameEnds,
  kPlaceNames,
  kStamps,
  kPlaceEnds,
  kClassEnds,
  kClasses,
  kEmptyClassEnds,
  kEmptyClasses,
  kSkippedEnds,
  kSkipped,
  kSkippedReasons,
  kReasonEnds,
  kReasons,
  kTotalBytes,
  kNamesHash,
  kHashWithEmptyClasses,
  kSectionCount
};

constexpr size_t kHeaderBytes = kMagic.size() + sizeof(uint64_t) * (1 + kSectionCount);
constexpr size_t kDigestBytes = sizeof(Sha256Digest);

using Bytes = std::span<const std::byte>;
using Sections = std::array<Bytes, kSectionCount>;

constexpr uint64_t padded(uint64_t size) { return (size + 7) / 8 * 8; }

template <class T>
Bytes bytes_of(const T& values) {
  return std::as_bytes(std::span(values.data(), values.size()));
}

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

Sections sections_of(const PictureList& list, std::string_view key) {
  Sections sections;
  const auto put_names = [&](size_t ends, const PackedNames& names) {
    sections[ends] = bytes_of(names.ends());
    sections[ends + 1] = bytes_of(names.text());
  };
  sections[kKey] = bytes_of(key);
  put_names(kNameEnds, list.names);
  sections[kSizes] = bytes_of(list.sizes);
  sections[kLabels] = bytes_of(list.labels);
  sections[kOffsets] = bytes_of(list.offsets);
  put_names(kPlaceNameEnds, list.places);
  sections[kStamps] = bytes_of(list.stamps);
  sections[kPlaceEnds] = bytes_of(list.place_ends);
  put_names(kClassEnds, list.classes);
  put_names(kEmptyClassEnds, list.empty_classes);
  put_names(kSkippedEnds, list.skipped);
  sections[kSkippedReasons] = bytes_of(list.skipped_reasons);
  put_names(kReasonEnds, list.reasons);
  sections[kTotalBytes] = std::as_bytes(std::span(&list.fingerprint.total_bytes, 1));
  sections[kNamesHash] = bytes_of(list.fingerprint.names_hash);
  sections[kHashWithEmptyClasses] = bytes_of(list.hash_with_empty_classes);
  return sections;
}

std::byte* append(std::byte* into, Bytes bytes) {
  return bytes.empty() ? into : std::copy(bytes.begin(), bytes.end(), into);
}

// What the digest at the end of `bytes` vouches for, or nothing.
std::optional<Bytes> content_of(Bytes bytes) {
  if (bytes.size() < kHeaderBytes + kDigestBytes) return std::nullopt;
  const Bytes content = bytes.first(bytes.size() - kDigestBytes);
  const Column<uint64_t> order(content.subspan(kMagic.size(), sizeof(uint64_t)));
  if (text_of(content.first(kMagic.size())) != std::string_view(kMagic.data(), kMagic.size()) ||
      order[0] != kByteOrder) {
    return std::nullopt;
  }
  Sha256 hash;
  hash.update(content);
  const Sha256Digest digest = hash.digest();
  if (std::memcmp(digest.data(), bytes.data() + content.size(), kDigestBytes) != 0) return std::nullopt;
  return content;
}

// Nothing unless the sections fill the content exactly.
std::optional<Sections> split(Bytes content) {
  const Column<uint64_t> sizes(content.subspan(kMagic.size() + sizeof(uint64_t), sizeof(uint64_t) * kSectionCount));
  Sections sections;
  Bytes rest = content.subspan(kHeaderBytes);
  for (size_t i = 0; i < kSectionCount; ++i) {
    const uint64_t size = sizes[i];
    if (size > rest.size() || padded(size) > rest.size()) return std::nullopt;
    sections[i] = rest.first(size);
    rest = rest.subspan(padded(size));
  }
  return rest.empty() ? std::optional(sections) : std::nullopt;
}

// All values, each of `size` bytes, lie whole in the section.
bool is_whole(Bytes section, size_t size) { return section.size() % size == 0; }

bool are_whole(const Sections& sections) {
  for (const size_t i :
       {kNameEnds, kOffsets, kPlaceNameEnds, kPlaceEnds, kClassEnds, kEmptyClassEnds, kSkippedEnds, kReasonEnds}) {
    if (!is_whole(sections[i], sizeof(uint64_t))) return false;
  }
  for (const size_t i : {kSizes, kLabels, kSkippedReasons}) {
    if (!is_whole(sections[i], sizeof(uint32_t))) return false;
  }
  return is_whole(sections[kStamps], sizeof(PlaceStamp)) && sections[kTotalBytes].size() == sizeof(uint64_t);
}

NamesView names_of(const Sections& sections, size_t ends) {
  return {Column<uint64_t>(sections[ends]), text_of(sections[ends + 1])};
}

template <class T>
bool all_below(const Column<T>& values, size_t limit) {
  bool result = true;
  for (size_t i = 0; i < values.size(); ++i) result &= static_cast<std::make_unsigned_t<T>>(values[i]) < limit;
  return result;
}

}  // namespace

std::vector<std::byte> encode_index(const PictureList& list, std::string_view key) {
  const Sections sections = sections_of(list, key);
  std::array<uint64_t, 1 + kSectionCount> numbers{kByteOrder};
  uint64_t size = kHeaderBytes;
  for (size_t i = 0; i < kSectionCount; ++i) {
    numbers[1 + i] = sections[i].size();
    size += padded(sections[i].size());
  }
  std::vector<std::byte> bytes(size + kDigestBytes);
  std::byte* into = append(append(bytes.data(), bytes_of(kMagic)), bytes_of(numbers));
  for (const Bytes section : sections) {
    append(into, section);
    into += padded(section.size());
  }
  Sha256 hash;
  hash.update(Bytes(bytes).first(size));
  append(into, bytes_of(std::as_const(hash).digest()));
  return bytes;
}

std::optional<PictureIndex> PictureIndex::open(std::shared_ptr<const void> owner, std::span<const std::byte> bytes,
                                               std::string_view key) {
  const auto content = content_of(bytes);
  const auto sections = content ? split(*content) : std::nullopt;
  if (!sections || text_of((*sections)[kKey]) != key || !are_whole(*sections)) return std::nullopt;
  const Sections& from = *sections;
  PictureIndex index;
  index.owner_ = std::move(owner);
  index.bytes_ = bytes.size();
  index.names_ = names_of(from, kNameEnds);
  index.sizes_ = Column<uint32_t>(from[kSizes]);
  index.labels_ = Column<int32_t>(from[kLabels]);
  index.offsets_ = Column<uint64_t>(from[kOffsets]);
  index.places_ = names_of(from, kPlaceNameEnds);
  index.stamps_ = Column<PlaceStamp>(from[kStamps]);
  index.place_ends_ = Column<uint64_t>(from[kPlaceEnds]);
  index.classes_ = names_of(from, kClassEnds);
  index.empty_classes_ = names_of(from, kEmptyClassEnds);
  index.skipped_ = names_of(from, kSkippedEnds);
  index.skipped_reasons_ = Column<uint32_t>(from[kSkippedReasons]);
  index.reasons_ = names_of(from, kReasonEnds);
  index.fingerprint_ = {index.size(), Column<uint64_t>(from[kTotalBytes])[0], std::string(text_of(from[kNamesHash]))};
  index.hash_with_empty_classes_ = text_of(from[kHashWithEmptyClasses]);
  return index.is_consistent() ? std::optional(std::move(index)) : std::nullopt;
}

PictureIndex PictureIndex::in_memory(const PictureList& list) {
  const auto bytes = std::make_shared<const std::vector<std::byte>>(encode_index(list, ""));
  auto index = open(bytes, *bytes, "");
  if (!index) throw std::logic_error("a new index of pictures is not consistent");
  return *std::move(index);
}

bool PictureIndex::is_consistent() const {
  for (const NamesView* names : {&names_, &places_, &classes_, &empty_classes_, &skipped_, &reasons_}) {
    if (!names->is_consistent()) return false;
  }
  const size_t count = names_.size();
  const auto fits = [](size_t size, size_t wanted) { return size == 0 || size == wanted; };
  if (sizes_.size() != count || !fits(labels_.size(), count) || !fits(offsets_.size(), count)) return false;
  if (stamps_.size() != places_.size() || skipped_reasons_.size() != skipped_.size()) return false;
  if (is_of_shards()) {
    uint64_t end = 0;
    for (size_t i = 0; i < place_ends_.size(); ++i) {
      if (std::exchange(end, place_ends_[i]) > place_ends_[i]) return false;
    }
    if (place_ends_.size() != places_.size() || end != count) return false;
  }
  return all_below(labels_, classes_.size()) && all_below(skipped_reasons_, reasons_.size());
}

size_t PictureIndex::place_of(int64_t i) const {
  size_t first = 0, last = place_ends_.size();
  while (first < last) {
    const size_t middle = first + (last - first) / 2;
    if (place_ends_[middle] <= static_cast<uint64_t>(i)) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first;
}

SkippedGroups PictureIndex::skipped_by_reason() const {
  SkippedGroups groups;
  std::vector<SkippedGroup*> by_number(reasons_.size(), nullptr);
  for (size_t i = 0; i < skipped_.size(); ++i) {
    SkippedGroup*& group = by_number.at(skipped_reasons_[i]);
    if (!group) group = &groups[std::string(skipped_reason(i))];
    ++group->count;
    if (group->examples.size() < kMaxExamples) group->examples.push_back(printable_name(skipped_[i]));
  }
  return groups;
}

}  // namespace itpn
