// `itpn data DIR`: what a dataset holds and what is wrong with it, before an epoch is spent on it. Every picture is
// decoded whole.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "itpn/data/data_config.h"
#include "itpn/data/datasets/dataset.h"
#include "itpn/io/image.h"

namespace itpn {

struct CheckDataOptions {
  std::string path;     // a folder, a list or tar shards
  int64_t threads = 0;  // 0: as many as cores
  double max_megapixels = kMaxImagePixels * 1e-6;
  bool shows_progress = true;
};

struct ImageDefectReport {
  std::string name;
  std::string kind;
  std::string reason;
};

// Smallest, middle and largest of a number that each picture has.
struct Spread {
  int64_t min = 0;
  int64_t median = 0;
  int64_t max = 0;
};

struct DataReport {
  std::string path;
  std::string source;  // "folder", "list" or "tar"
  int64_t images = 0;
  uint64_t total_bytes = 0;
  std::string names_hash;
  std::vector<std::string> class_names;
  std::vector<int64_t> class_counts;
  Spread width, height, bytes;
  std::map<std::string, int64_t> formats;  // "jpeg", "png", "webp"
  std::map<int, int64_t> channels;         // as stored
  int64_t rotated = 0;                     // EXIF asks for a turn: data.exif decides
  int64_t with_alpha = 0;                  // some pixels may be transparent: data.alpha decides
  std::vector<ImageDefectReport> defects;  // in the order of the dataset
  std::map<std::string, int64_t> defect_kinds;
  std::vector<SkippedEntry> skipped;   // not part of the dataset at all
  std::vector<std::string> questions;  // what looks like a mistake about classes
};

// Throws data_error where there is no dataset at all; defects of single pictures are part of the report. With a bar, a
// signal (pending_signal) ends it early, and the report is of the pictures seen until then.
DataReport check_data(const CheckDataOptions& options);

// For people (long lists cut to `max_rows` rows, which says so), and for programs (complete).
std::string data_report_table(const DataReport& report, size_t max_rows = 20);
std::string data_report_json(const DataReport& report);

}  // namespace itpn
