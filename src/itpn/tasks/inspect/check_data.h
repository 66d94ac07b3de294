// `itpn data DIR`: what a dataset holds and what is wrong with it, before an epoch is spent on it. Every picture is
// decoded whole.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/data_config.h"
#include "itpn/data/datasets/dataset.h"
#include "itpn/io/image.h"
#include "itpn/tasks/inspect/picture_inspection.h"

namespace itpn {

struct CheckDataOptions {
  std::string path;     // a folder, a list or tar shards
  int64_t threads = 0;  // 0: as many as cores
  double max_megapixels = kMaxImagePixels * 1e-6;
  bool shows_progress = true;
};

// Pixels above which a picture is not decoded, with words for messages.
PixelLimit pixel_limit(const CheckDataOptions& options);

struct DataReport {
  std::string path;
  std::string source;  // "folder", "list" or "tar"
  int64_t images = 0;
  uint64_t total_bytes = 0;
  std::string names_hash;
  std::vector<std::string> class_names;
  std::vector<int64_t> class_counts;
  PicturesReport pictures;
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
