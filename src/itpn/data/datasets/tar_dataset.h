// Pictures in tar files ("shards") by WebDataset's naming: members of one base name are one sample, `KEY.jpg` (or jpeg,
// png, webp) the picture, `KEY.cls` its class as a number in text. Nothing is extracted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/datasets/dataset.h"
#include "itpn/data/datasets/folder_scan.h"
#include "itpn/io/tar_index.h"

namespace itpn {

// "a-{000..002}.tar" -> "a-000.tar", "a-001.tar", "a-002.tar"; several ranges multiply. Throws usage_error for a range
// that runs backwards or names more than a million files.
std::vector<std::string> expand_braces(const std::string& pattern);

class TarDataset : public Dataset {
 public:
  // `pattern`: shards with ranges in braces, or a folder whose *.tar files are taken. Throws data_error where a shard
  // is missing, is no tar file, or where there is no picture at all. A shard that is cut gives the samples before the
  // cut.
  TarDataset(Fs& fs, const std::string& pattern, const ScanProgress& progress = {});

  int64_t size() const override { return static_cast<int64_t>(samples_.size()); }
  void read(int64_t index, StoredPicture& into) const override;
  int64_t label(int64_t index) const override { return samples_[index].label; }
  std::string name(int64_t index) const override;
  uint64_t stored_bytes(int64_t index) const override { return samples_[index].size; }

 private:
  struct Sample {
    uint64_t offset;
    uint64_t size;
    uint64_t name_begin;  // in names_, up to the next sample's
    uint32_t shard;
    int32_t label;
  };
  void add_shard(const std::string& path);
  void add_sample(const TarIndex& index, const TarSample& sample);
  int32_t read_label(const TarIndex& index, const TarSample& sample) const;
  void name_classes();

  Fs& fs_;
  std::vector<std::string> shards_;
  std::vector<Sample> samples_;
  std::string names_;
};

}  // namespace itpn
