// Pictures in tar files ("shards") by WebDataset's naming: members of one base name are one sample, `KEY.jpg` (or jpeg,
// png, webp) the picture, `KEY.cls` its class as a number in text. Without .cls, folders of the members are classes as
// those of a dataset on the disk are. Nothing is extracted.
#pragma once

#include <cstdint>
#include <string>

#include "itpn/core/files.h"
#include "itpn/data/datasets/indexed_dataset.h"

namespace itpn {

class TarDataset : public IndexedDataset {
 public:
  // `index` is that of shard_source(fs, pattern). Warns of shards that are cut or damaged. Throws data_error where
  // there is no picture at all.
  TarDataset(Fs& fs, const std::string& pattern, PictureIndex index);

  void read(int64_t index, StoredPicture& into) const override;
  std::string name(int64_t index) const override;
  std::string why_no_classes() const override {
    return "shards take them from NAME.cls beside NAME.jpg, or from the folders of their members; give one of these, "
           "or "
           "unpack the shard into a folder with a sub-folder for each class";
  }

 private:
  void warn_of_defects() const;
  std::string_view shard_of(int64_t index) const { return index_.places()[index_.place_of(index)]; }

  Fs& fs_;
};

}  // namespace itpn
