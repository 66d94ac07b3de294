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
  kCoco,  // of detectors: one annotation file
  kYolo,  // of detectors: a folder with a label file for each picture
};

// What only detectors are asked for.
struct ObjectRequest {
  std::optional<double> threshold = {};   // objects with a larger score; kShownScore (tasks/detect) if absent
  bool tiles = false;                     // look at large pictures whole and in overlapping tiles
  std::optional<int64_t> tile_size = {};  // side of a tile in pixels; the detector's shorter side if absent
  std::string draw_dir;                   // for the pictures with what was found drawn over them; "": none

  bool asks_for_something() const { return threshold || tiles || tile_size || !draw_dir.empty(); }
};

struct PredictRequest {
  ModelRequest model;
  std::vector<std::string> pictures;  // files, folders, lists (.txt)
  PredictionFormat format = PredictionFormat::kTable;
  std::string output;               // a file, or the folder of kYolo; "": the text goes to `print`
  std::optional<int64_t> top = {};  // classes of each picture (5), or its objects (as the detector was made)
  int64_t batch_size = 16;          // pictures, or tiles, at a time
  ObjectRequest objects = {};
};

struct PredictSummary {
  int64_t predicted = 0;
  int64_t unreadable = 0;
  int64_t lost = 0;  // as in ExpandedPictures (tasks/features/picture_files.h)
};

}  // namespace itpn
