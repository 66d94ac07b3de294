// Resizing as detection's published pipeline does it (OpenCV's 8-bit bilinear and nearest), to the last bit:
// spec-detection 3.1 and 3.3. Classification resizes otherwise (resize.h).
#pragma once

#include <cstdint>
#include <vector>

#include "itpn/io/image.h"

namespace itpn {

struct PictureSize {
  int width = 0;
  int height = 0;
  bool operator==(const PictureSize&) const = default;
};

// The largest size of the same shape whose shorter side is at most `short_side` and whose longer one at most
// `long_side`, both sides rounded. The two limits may come in either order.
PictureSize keep_ratio_size(const PictureSize& size, int long_side, int short_side);

// By how much boxes are scaled: of each axis, after rounding.
struct ScaleFactors {
  float x = 1.0F;
  float y = 1.0F;
  bool operator==(const ScaleFactors&) const = default;
};
ScaleFactors scale_factors(const PictureSize& from, const PictureSize& to);

// `side` made a multiple of `divisor` by adding pixels.
inline int padded_side(int side, int divisor) { return (side + divisor - 1) / divisor * divisor; }

// Pixels of a part of a picture.
struct PixelView {
  const uint8_t* pixels = nullptr;
  int width = 0;
  int height = 0;
  int channels = 0;
  int64_t stride = 0;  // bytes from row to row
};
PixelView view_of(const Image& image);
PixelView view_of(const Image& image, const Rect& part);

// With memory that is reused from picture to picture: one for each thread.
class BilinearResizer {
 public:
  // Fills `into`, which has the size that is wanted and the channels of the source.
  void run(const PixelView& source, Image& into);

 private:
  // What one output value takes of two source values: indices of these, and weights in 1/2048.
  struct Tap {
    int32_t first = 0;
    int32_t second = 0;
    int32_t first_weight = 0;
    int32_t second_weight = 0;
  };
  void set_columns(const PixelView& source, int width);
  static Tap row_tap(int from, int to, int row);
  const int32_t* blended_row(const PixelView& source, int row, int width);

  std::vector<Tap> columns_;      // by output column; indices in bytes
  std::vector<int32_t> rows_[2];  // source rows, blended horizontally
  int row_of_[2] = {-1, -1};      // which these are
};

// The source index of each of `to` places, nearest neighbour.
std::vector<int32_t> nearest_indices(int from, int to);

void mirror_rows(Image& image);

}  // namespace itpn
