// Features of pictures in a file, row after row as they are computed: memory does not grow with their number, and until
// the last row is there the old file stays.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "itpn/core/atomic_file.h"

namespace itpn {

enum class FeatureFormat { kNpy, kSafetensors, kCsv };

// "npy", "safetensors", "csv"; nothing for another word.
std::optional<FeatureFormat> feature_format(const std::string& word);
// By the ending of a file's name, in any case; nothing for another one.
std::optional<FeatureFormat> feature_format_of_name(const std::string& path);
const char* format_word(FeatureFormat format);

struct FeatureFile {
  std::string path;
  FeatureFormat format = FeatureFormat::kNpy;
  std::vector<int64_t> row_shape;               // of one picture: (C), or (C, H, W)
  std::map<std::string, std::string> metadata;  // of a safetensors file, beside "pictures"
};

// npy: the array (N, ...) in fp32, and the names in PATH.txt, one a line. safetensors: "features", and the names as a
// list in JSON under "pictures". csv: a line a picture, its name and then its numbers. Names are printable_name()s.
//
// All functions throw SystemError (exit 5) where the disk refuses.
class FeatureWriter {
 public:
  // `pictures`: names of all pictures that rows may come of; they and `fs` must live as long as the object. Throws a
  // usage error where the names are too many for the format.
  FeatureWriter(Fs& fs, FeatureFile file, std::span<const std::string> pictures);

  // The row of pictures[picture], in rising order; some may be left out.
  void add(size_t picture, std::span<const float> row);
  int64_t rows() const { return rows_; }
  // The file that lists the names; "" where the file itself holds them.
  std::string names_path() const;
  // Puts everything in its place. Once, as the last call.
  void finish();

 private:
  std::string head() const;
  std::string names_json() const;
  void add_csv(const std::string& name, std::span<const float> row);

  Fs& fs_;
  FeatureFile file_;
  std::span<const std::string> pictures_;
  std::vector<bool> is_there_;  // of each picture; at first all are expected
  size_t next_ = 0;
  int64_t rows_ = 0;
  std::string head_;
  AtomicFile out_;
  std::optional<AtomicFile> names_;
};

}  // namespace itpn
