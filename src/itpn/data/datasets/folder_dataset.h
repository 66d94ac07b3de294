// The pictures below a folder. If all of them lie in sub-folders, the first-level sub-folders are the classes, sorted
// bytewise; else there are no classes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/datasets/dataset.h"
#include "itpn/data/datasets/folder_scan.h"
#include "itpn/data/datasets/packed_names.h"

namespace itpn {

class FolderDataset : public Dataset {
 public:
  // Throws data_error if there is no picture at all. Sub-folders without a picture become classes only if asked.
  FolderDataset(Fs& fs, std::string root, FolderScan scan, bool keeps_empty_classes = false);

  int64_t size() const override { return static_cast<int64_t>(names_.size()); }
  void read(int64_t index, StoredPicture& into) const override;
  int64_t label(int64_t index) const override { return labels_.empty() ? -1 : labels_[index]; }
  std::string name(int64_t index) const override { return path_of(index); }
  uint64_t stored_bytes(int64_t index) const override { return sizes_[index]; }
  // Sub-folders of the first level without a picture, although others have some.
  const std::vector<std::string>& empty_classes() const { return empty_classes_; }
  // Of memory for the list of pictures: 16 for each, and its name.
  size_t index_bytes() const;
  size_t name_bytes() const { return names_.text_bytes(); }

 private:
  void find_classes(const FolderScan& scan, bool keeps_empty_classes);
  void pack(std::vector<ScannedFile> files);
  std::string path_of(int64_t index) const { return join_path(root_, std::string(names_[static_cast<size_t>(index)])); }

  Fs& fs_;
  std::string root_;
  PackedNames names_;
  std::vector<uint32_t> sizes_;  // in bytes; no picture of more than 4 GiB is ever decoded
  std::vector<int32_t> labels_;
  std::vector<std::string> empty_classes_;
};

}  // namespace itpn
