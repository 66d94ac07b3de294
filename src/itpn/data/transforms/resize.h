// Resizing of RGB pictures, equal to Pillow 9.5 byte for byte (spec of the recipes, 5.3): separable, horizontal pass
// first, 8 bits between the passes, fixed-point weights. Only what the wanted part of the output needs is read and
// computed.
#pragma once

#include <vector>

#include "itpn/data/transforms/axis_weights.h"
#include "itpn/data/transforms/resample_kernels.h"
#include "itpn/io/image.h"

namespace itpn {

// A resize of a picture to `full` size, of which only `window` is wanted; mirrored left to right if asked.
struct ResizeJob {
  int in_width = 0;
  int in_height = 0;
  int full_width = 0;
  int full_height = 0;
  Rect window;
  bool is_mirrored = false;
  ResizeFilter filter = ResizeFilter::kBicubic;
};

// The job of resizing all of a picture.
ResizeJob whole_resize(int in_width, int in_height, int out_width, int out_height, ResizeFilter filter);

// The weights of both axes, and the part of the picture that they touch.
class ResizePlan {
 public:
  explicit ResizePlan(const ResizeJob& job);
  // The part of the input that must be decoded.
  Rect source() const { return source_; }
  int width() const { return x_.count; }
  int height() const { return y_.count; }

 private:
  friend class Resizer;
  AxisResize x_, y_;
  AxisWeights x_weights_, y_weights_;
  Rect source_;
};

// Runs plans; keeps its buffer between calls, so each thread has its own.
class Resizer {
 public:
  // The fastest kernels of this processor.
  Resizer();
  explicit Resizer(const ResampleKernels& kernels) : kernels_(kernels) {}
  // `source` holds the pixels of plan.source(). Writes plan.height() x plan.width() x 3 bytes.
  void run(const ResizePlan& plan, const Image& source, uint8_t* into);

 private:
  const ResampleKernels& kernels_;
  std::vector<uint8_t> between_;
};

// The whole picture resized; for occasional use.
Image resize(const Image& image, int width, int height, ResizeFilter filter);

}  // namespace itpn
