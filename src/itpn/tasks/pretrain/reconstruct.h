// Pictures of what a pre-trained model makes of any picture: `itpn reconstruct CHECKPOINT IMAGES... -o DIR`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "itpn/tasks/features/picture_files.h"
#include "itpn/tasks/weights/model_request.h"

namespace itpn {

struct ReconstructRequest {
  std::string checkpoint;            // directory of a checkpoint, or of a run (its newest checkpoint that verifies)
  std::vector<std::string> images;   // files, folders and lists, as expand_pictures() takes them
  std::string output_dir;            // made if missing
  std::optional<double> mask_ratio;  // the run's own if absent
  int64_t seed = 0;                  // decides which patches are hidden
  std::string device = "auto";
  double max_megapixels = kMaxImagePixels * 1e-6;
};

struct ReconstructResult {
  std::string checkpoint;                     // the one that was used
  std::vector<std::string> pictures;          // one file for each readable picture, in the order asked for
  std::string overview;                       // all of them below each other
  std::vector<UnreadablePicture> unreadable;  // left out
};

// Resizes each picture until it covers the run's image size (with the margin of evaluation), takes the centre,
// hides patches, and writes a row of original, masked, reconstruction, and reconstruction with the visible patches
// pasted. Throws a usage error (nothing asked for, a mask ratio that hides nothing or everything, a model of another
// kind), a checkpoint error (no checkpoint, damaged, of another model), a data error where no picture can be read, an
// input/output error.
ReconstructResult reconstruct(const ReconstructRequest& request);

}  // namespace itpn
