// The pictures below a folder. If all of them lie in sub-folders, the first-level sub-folders are the classes, sorted
// bytewise; else there are no classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/data/datasets/indexed_dataset.h"

namespace itpn {

class FolderDataset : public IndexedDataset {
 public:
  // `index` is that of folder_source(fs, root). Throws data_error if there is no picture at all. Sub-folders without a
  // picture become classes only if asked.
  FolderDataset(Fs& fs, std::string root, PictureIndex index, bool keeps_empty_classes = false);

  void read(int64_t index, StoredPicture& into) const override { read_sample_file(fs_, name(index), into.bytes); }
  int64_t label(int64_t index) const override;
  std::string name(int64_t index) const override { return join_path(root_, std::string(index_.name(index))); }
  std::optional<DatasetFingerprint> known_fingerprint() const override;
  std::string why_no_classes() const override;
  // Sub-folders of the first level without a picture, although others have some.
  std::vector<std::string> empty_classes() const { return index_.empty_classes().copy(); }

 private:
  Fs& fs_;
  std::string root_;
  std::vector<int32_t> numbers_;  // of the index's classes, where empty ones have numbers too
};

}  // namespace itpn
