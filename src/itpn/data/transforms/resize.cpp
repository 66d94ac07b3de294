#include "itpn/data/transforms/resize.h"

#include <fmt/format.h>

#include <cstring>
#include <stdexcept>

#include "itpn/data/transforms/rgb_pixels.h"

namespace itpn {
namespace {

// Kernels write up to 4 bytes past the end of a row.
constexpr ptrdiff_t kRowSlack = 4;

AxisWeights weights_or_none(ResizeFilter filter, const AxisResize& axis) {
  if (!axis.is_identity()) return axis_weights(filter, axis);
  AxisWeights none;
  none.begin = axis.first;
  none.end = axis.first + axis.count;
  return none;
}

void copy_rows(const uint8_t* from, ptrdiff_t from_stride, uint8_t* into, ptrdiff_t row_bytes, int rows) {
  for (int y = 0; y < rows; ++y) std::memcpy(into + y * row_bytes, from + y * from_stride, row_bytes);
}

}  // namespace

ResizeJob whole_resize(int in_width, int in_height, int out_width, int out_height, ResizeFilter filter) {
  return {in_width, in_height, out_width, out_height, {0, 0, out_width, out_height}, false, filter};
}

ResizePlan::ResizePlan(const ResizeJob& job)
    : x_{job.in_width, job.full_width, job.window.left, job.window.width, job.is_mirrored},
      y_{job.in_height, job.full_height, job.window.top, job.window.height, false},
      x_weights_(weights_or_none(job.filter, x_)),
      y_weights_(weights_or_none(job.filter, y_)),
      source_{x_weights_.begin, y_weights_.begin, x_weights_.end - x_weights_.begin,
              y_weights_.end - y_weights_.begin} {}

Resizer::Resizer() : kernels_(*usable_resample_kernels().back()) {}

void Resizer::run(const ResizePlan& plan, const Image& source, uint8_t* into) {
  if (source.width != plan.source_.width || source.height != plan.source_.height || source.channels != kRgbChannels) {
    throw std::invalid_argument(fmt::format("resize wants {}x{}x3 pixels, got {}x{}x{}", plan.source_.width,
                                            plan.source_.height, source.width, source.height, source.channels));
  }
  const uint8_t* pixels = source.pixels.data();
  ptrdiff_t stride = ptrdiff_t{kRgbChannels} * source.width;
  const ptrdiff_t row_bytes = ptrdiff_t{kRgbChannels} * plan.width();
  if (!plan.x_.is_identity()) {
    const ptrdiff_t between_stride = row_bytes + kRowSlack;
    between_.resize(static_cast<size_t>(between_stride) * source.height);
    kernels_.horizontal(
        {pixels, stride, source.pixels.size(), source.height, &plan.x_weights_, between_.data(), between_stride});
    pixels = between_.data();
    stride = between_stride;
  }
  if (plan.y_.is_identity()) {
    copy_rows(pixels, stride, into, row_bytes, plan.height());
  } else {
    kernels_.vertical({pixels, stride, static_cast<int>(row_bytes), &plan.y_weights_, into, row_bytes});
  }
}

Image resize(const Image& image, int width, int height, ResizeFilter filter) {
  const ResizePlan plan(whole_resize(image.width, image.height, width, height, filter));
  Image result(width, height, kRgbChannels);
  Resizer().run(plan, image, result.pixels.data());
  return result;
}

}  // namespace itpn
