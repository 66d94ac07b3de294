// Pictures named by a text file, one a line: `path` or `path label`, the label a whole number from 0. Paths are
// relative to the list's folder unless they begin with a slash. A list has labels on all lines or on none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/datasets/dataset.h"
#include "itpn/data/datasets/packed_names.h"

namespace itpn {

class ListDataset : public Dataset {
 public:
  // Throws data_error, naming the line, for a list that cannot be understood or names nothing.
  ListDataset(Fs& fs, const std::string& list_path);

  int64_t size() const override { return static_cast<int64_t>(paths_.size()); }
  void read(int64_t index, StoredPicture& into) const override { read_sample_file(fs_, name(index), into.bytes); }
  int64_t label(int64_t index) const override { return labels_.empty() ? -1 : labels_[index]; }
  std::string name(int64_t index) const override { return std::string(paths_[static_cast<size_t>(index)]); }
  uint64_t stored_bytes(int64_t index) const override;

 private:
  void add_line(const std::string& folder, std::string line, int64_t number);
  void name_classes();

  Fs& fs_;
  std::string list_path_;
  PackedNames paths_;
  std::vector<int32_t> labels_;
};

}  // namespace itpn
