// What users ask of trained models. It lies in the lowest room because each kind of model answers in a room of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "itpn/core/image_size.h"
#include "itpn/io/image.h"

namespace itpn {

// Of the option --max-megapixels.
inline constexpr const char* kMaxMegapixelsOption = "--max-megapixels";
inline PixelLimit limit_of(double megapixels) {
  return {static_cast<int64_t>(megapixels * 1e6 + 0.5), kMaxMegapixelsOption};
}

// Which weights, and how they run.
struct ModelRequest {
  std::string weights;    // a run, a checkpoint, a .safetensors or .pth file
  bool best = false;      // of a run: the checkpoint with the best validation instead of the newest
  bool averaged = false;  // the moving average of the weights
  std::string device = "auto";
  std::string precision = "fp32";
  std::optional<ImageSize> image_size = {};  // the model's own if absent
  double max_megapixels = kMaxImagePixels * 1e-6;
};

struct EvaluateRequest {
  ModelRequest model;
  std::string data;        // pictures whose answers are known: for classes a folder with a sub-folder for each, ...
  std::string output_dir;  // for the files of the report; "" = none
  bool json = false;       // the report as one JSON object instead of text for people
  int64_t batch_size = 64;
  int64_t workers = 0;  // 0: one fewer than the cores
};

enum class PredictionFormat {
  kTable,
  kJson,  // one object a line
  kCsv,
};

struct PredictRequest {
  ModelRequest model;
  std::vector<std::string> pictures;  // files, folders, lists (.txt)
  PredictionFormat format = PredictionFormat::kTable;
  int64_t top = 5;  // classes of each picture
  int64_t batch_size = 16;
};

struct PredictSummary {
  int64_t predicted = 0;
  int64_t unreadable = 0;
  int64_t lost = 0;  // as in ExpandedPictures (tasks/features/picture_files.h)
};

}  // namespace itpn
