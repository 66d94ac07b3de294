// `itpn embed`: features of pictures in a file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/tasks/features/picture_files.h"
#include "itpn/tasks/weights/ready_model.h"

namespace itpn {

struct EmbedRequest {
  ModelRequest model;
  std::vector<std::string> pictures;  // files, folders, lists
  std::string level = "pooled";       // or a level of the pyramid: "p2", "p3", "p4"
  std::string format;                 // "npy", "safetensors" or "csv"; "": as the output's name ends, npy without one
  std::string output;                 // the file; "": features.FORMAT
  int64_t batch_size = 16;
};

struct EmbedResult {
  std::string output;
  std::string names;           // file that lists the pictures line by line; "" where the output holds them itself
  std::vector<int64_t> shape;  // (pictures, C), or (pictures, C, H, W) of a level
  int64_t stride = 0;          // pixels from one entry of a level to the next; 0 for pooled
  std::vector<UnreadablePicture> unreadable;  // left out
  int64_t lost = 0;                           // as in ExpandedPictures
};

// Writes (N, C) for pooled features, (N, C, H / stride, W / stride) for a level, fp32, as io/feature_writer.h has it,
// batch after batch. Throws a data error where no picture can be read, a usage error for an unknown level or format, or
// one that contradicts the output's name.
EmbedResult embed(const EmbedRequest& request);

}  // namespace itpn
