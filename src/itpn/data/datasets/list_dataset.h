// Pictures named by a text file, one a line, with or without labels (list_parser.h). Paths are relative to the list's
// folder unless they begin with a slash. Classes are the numbers up to the largest label, or the words, sorted
// bytewise.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "itpn/data/datasets/dataset.h"
#include "itpn/data/datasets/list_parser.h"
#include "itpn/data/datasets/packed_names.h"

namespace itpn {

class ListDataset : public Dataset {
 public:
  // Throws data_error, showing the line, for a list that cannot be understood, is no text or names nothing.
  ListDataset(Fs& fs, const std::string& list_path);

  int64_t size() const override { return static_cast<int64_t>(paths_.size()); }
  void read(int64_t index, StoredPicture& into) const override { read_sample_file(fs_, name(index), into.bytes); }
  int64_t label(int64_t index) const override { return labels_.empty() ? -1 : labels_[index]; }
  std::string name(int64_t index) const override { return std::string(paths_[static_cast<size_t>(index)]); }
  uint64_t stored_bytes(int64_t index) const override;
  std::string why_no_classes() const override {
    return "its lines have no labels; a line must be PATH LABEL, with a number from 0 or a word";
  }

 private:
  void add(const std::string& folder, const ListEntry& entry, std::map<std::string, int32_t>* words);
  void name_classes(const std::map<std::string, int32_t>& words);

  Fs& fs_;
  std::string list_path_;
  PackedNames paths_;
  std::vector<int32_t> labels_;
};

}  // namespace itpn
