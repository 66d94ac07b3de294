#include "itpn/data/datasets/folder_dataset.h"

#include <fmt/format.h>

#include <utility>

#include "itpn/core/utf8.h"
#include "itpn/data/datasets/folder_list.h"

namespace itpn {

FolderDataset::FolderDataset(Fs& fs, std::string root, PictureIndex index, bool keeps_empty_classes)
    : IndexedDataset(std::move(index)), fs_(fs), root_(std::move(root)) {
  if (size() == 0) {
    const std::string others = skipped_text(index_.skipped_by_reason());
    throw data_error(fmt::format("{}: no picture (jpg, jpeg, png, webp) in this folder or below{}{}", root_,
                                 others.empty() ? "" : "; ", others));
  }
  if (!keeps_empty_classes || index_.empty_classes().size() == 0) return;
  auto all = with_empty_classes(index_.classes(), index_.empty_classes());
  class_names_ = std::move(all.names);
  numbers_ = std::move(all.numbers);
}

int64_t FolderDataset::label(int64_t index) const {
  const int64_t label = IndexedDataset::label(index);
  return label < 0 || numbers_.empty() ? label : numbers_.at(static_cast<size_t>(label));
}

std::string FolderDataset::why_no_classes() const {
  const auto is_in_sub_folder = [&](int64_t i) { return index_.name(i).find('/') != std::string_view::npos; };
  int64_t beside = 0, first = -1;
  for (int64_t i = 0; i < size(); ++i) {
    if (is_in_sub_folder(i)) continue;
    if (++beside == 1) first = i;
  }
  const std::string wanted = "put the pictures of each class into a sub-folder of its own";
  if (beside == 0 || beside == size()) return "its pictures lie in no sub-folders; " + wanted;
  return fmt::format("{} lies beside the sub-folders{}; move {} away, or {}", printable_name(index_.name(first)),
                     beside > 1 ? fmt::format(", and {} more", beside - 1) : "", beside > 1 ? "them" : "it", wanted);
}

std::optional<DatasetFingerprint> FolderDataset::known_fingerprint() const {
  DatasetFingerprint known = index_.fingerprint();
  if (!numbers_.empty()) known.names_hash = index_.hash_with_empty_classes();
  return known;
}

}  // namespace itpn
