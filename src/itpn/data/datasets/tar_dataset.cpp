#include "itpn/data/datasets/tar_dataset.h"

#include <fmt/format.h>

#include <utility>

#include "itpn/core/log.h"
#include "itpn/data/datasets/shard_list.h"

namespace itpn {
namespace {

// What .cls files give; folders that are called so mean the same.
bool are_numbers_in_order(const std::vector<std::string>& names) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] != std::to_string(i)) return false;
  }
  return true;
}

}  // namespace

TarDataset::TarDataset(Fs& fs, const std::string& pattern, PictureIndex index)
    : IndexedDataset(std::move(index)), fs_(fs) {
  warn_of_defects();
  if (size() == 0) {
    const std::string others = skipped_text(index_.skipped_by_reason());
    throw data_error(fmt::format("{}: no picture (jpg, jpeg, png, webp) in these shards{}{}", pattern,
                                 others.empty() ? "" : "; ", others));
  }
  has_numbered_classes_ = are_numbers_in_order(class_names_);
}

void TarDataset::warn_of_defects() const {
  for (size_t i = 0; i < index_.skipped().size(); ++i) {
    const std::string_view reason = index_.skipped_reason(i);
    if (!reason.starts_with(kShardDefect)) continue;
    log::warning(fmt::format("{}: {}; the samples before that are used", index_.skipped()[i],
                             reason.substr(kShardDefect.size())));
  }
}

void TarDataset::read(int64_t index, StoredPicture& into) const {
  read_sample_range(fs_, std::string(shard_of(index)), index_.offset(index), index_.stored_bytes(index), into.bytes);
}

std::string TarDataset::name(int64_t index) const { return shard_sample_name(shard_of(index), index_.name(index)); }

}  // namespace itpn
