// Every picture of a set decoded whole, to see which are broken.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "itpn/data/datasets/dataset.h"
#include "itpn/io/image.h"

namespace itpn {

// What was learnt of one picture.
struct PictureFinding {
  std::optional<ImageInfo> info;
  uint64_t bytes = 0;
  std::string kind;  // empty: sound
  std::string reason;
};

struct InspectionOptions {
  int64_t threads = 0;  // 0: as many as cores
  PixelLimit limit;
  bool shows_progress = true;
};

// Looks at `count` pictures, which `read` reads as datasets do; it is called by several threads at once. With a bar, a
// signal (pending_signal) ends it early, and the rest is as if it had not been looked at: sound, without info.
std::vector<PictureFinding> inspect_pictures(int64_t count, const std::function<void(int64_t, StoredPicture&)>& read,
                                             const InspectionOptions& options);

// Smallest, middle and largest of a number that each picture has.
struct Spread {
  int64_t min = 0;
  int64_t median = 0;
  int64_t max = 0;
};
Spread spread_of(std::vector<int64_t> values);

struct ImageDefectReport {
  std::string name;
  std::string kind;
  std::string reason;
};

// What the pictures of a set are.
struct PicturesReport {
  uint64_t total_bytes = 0;  // of the files
  Spread width, height, bytes;
  std::map<std::string, int64_t> formats;  // "jpeg", "png", "webp"
  std::map<int, int64_t> channels;         // as stored
  int64_t rotated = 0;                     // EXIF asks for a turn
  int64_t with_alpha = 0;                  // some pixels may be transparent
  std::vector<ImageDefectReport> defects;  // in the order of the dataset
  std::map<std::string, int64_t> defect_kinds;
};
PicturesReport pictures_report(const std::vector<PictureFinding>& findings,
                               const std::function<std::string(int64_t)>& name);

// Rows of a text for people.
std::string spread_rows(const PicturesReport& report);  // with the heads of columns
std::string formats_row(const PicturesReport& report);  // "formats: 3 jpeg; 3 with 3 channels"
std::string defect_rows(const PicturesReport& report, size_t max_rows);
// "  ... and 12 more (--json lists all)"; nothing where all are shown.
std::string rest_line(size_t shown, size_t all);

}  // namespace itpn
