#include "itpn/data/datasets/folder_dataset.h"

#include <fmt/format.h>

#include <utility>

#include "itpn/data/datasets/folder_list.h"

namespace itpn {

FolderDataset::FolderDataset(Fs& fs, std::string root, PictureIndex index, bool keeps_empty_classes)
    : IndexedDataset(std::move(index)), fs_(fs), root_(std::move(root)) {
  if (size() == 0) {
    throw data_error(fmt::format("{}: no picture (jpg, jpeg, png, webp) in this folder or below; {} other entries",
                                 root_, index_.skipped().size()));
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

std::optional<DatasetFingerprint> FolderDataset::known_fingerprint() const {
  DatasetFingerprint known = index_.fingerprint();
  if (!numbers_.empty()) known.names_hash = index_.hash_with_empty_classes();
  return known;
}

}  // namespace itpn
