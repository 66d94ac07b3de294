#include "itpn/data/transforms/detection_resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace itpn {
namespace {

constexpr float kOne = 2048.0F;  // a weight of 1

// Where on the source the output's place `i` lies, split into whole and fraction. The scale is the inverse of an
// inverse, and the position is rounded to float: both decide last bits.
std::pair<int, float> source_position(int from, int to, int i) {
  const double scale = 1.0 / (static_cast<double>(to) / from);
  const auto position = static_cast<float>((i + 0.5) * scale - 0.5);
  const auto whole = static_cast<int>(std::floor(position));
  return {whole, position - static_cast<float>(whole)};
}

int32_t weight_of(float share) { return static_cast<int32_t>(std::lrint(share * kOne)); }

void copy_rows(const PixelView& source, Image& into) {
  for (int y = 0; y < into.height; ++y) {
    std::memcpy(into.row(y), source.pixels + y * source.stride, static_cast<size_t>(into.width) * into.channels);
  }
}

void halve(const PixelView& source, Image& into) {
  const int channels = into.channels;
  for (int y = 0; y < into.height; ++y) {
    const uint8_t* upper = source.pixels + int64_t{2} * y * source.stride;
    const uint8_t* lower = upper + source.stride;
    uint8_t* out = into.row(y);
    for (int x = 0; x < into.width; ++x, upper += 2 * channels, lower += 2 * channels) {
      for (int c = 0; c < channels; ++c) {
        const int sum = upper[c] + upper[c + channels] + lower[c] + lower[c + channels];
        *out++ = static_cast<uint8_t>((sum + 2) >> 2);
      }
    }
  }
}

// Each shift loses its bits, so no step may be left out.
void blend_rows(const int32_t* first, const int32_t* second, int32_t first_weight, int32_t second_weight, int count,
                uint8_t* out) {
  for (int i = 0; i < count; ++i) {
    const int32_t upper = (first_weight * (first[i] >> 4)) >> 16, lower = (second_weight * (second[i] >> 4)) >> 16;
    out[i] = static_cast<uint8_t>((upper + lower + 2) >> 2);
  }
}

}  // namespace

PictureSize keep_ratio_size(const PictureSize& size, int long_side, int short_side) {
  const auto [least, most] = std::minmax(long_side, short_side);
  const auto [shorter, longer] = std::minmax(size.width, size.height);
  const double factor = std::min(static_cast<double>(most) / longer, static_cast<double>(least) / shorter);
  const auto side = [&](int value) { return static_cast<int>(value * factor + 0.5); };
  return {side(size.width), side(size.height)};
}

ScaleFactors scale_factors(const PictureSize& from, const PictureSize& to) {
  return {static_cast<float>(static_cast<double>(to.width) / from.width),
          static_cast<float>(static_cast<double>(to.height) / from.height)};
}

PixelView view_of(const Image& image) {
  return {image.pixels.data(), image.width, image.height, image.channels, int64_t{image.width} * image.channels};
}

PixelView view_of(const Image& image, const Rect& part) {
  PixelView view = view_of(image);
  view.pixels = image.row(part.top) + int64_t{part.left} * image.channels;
  view.width = part.width;
  view.height = part.height;
  return view;
}

void BilinearResizer::set_columns(const PixelView& source, int width) {
  columns_.resize(static_cast<size_t>(width));
  for (int x = 0; x < width; ++x) {
    auto [whole, fraction] = source_position(source.width, width, x);
    if (whole < 0 || whole >= source.width - 1) {
      whole = std::clamp(whole, 0, source.width - 1);
      fraction = 0.0F;
    }
    const int next = std::min(whole + 1, source.width - 1);
    columns_[static_cast<size_t>(x)] = {whole * source.channels, next * source.channels, weight_of(1.0F - fraction),
                                        weight_of(fraction)};
  }
}

// Rows outside are clamped and keep their weights, other than columns.
BilinearResizer::Tap BilinearResizer::row_tap(int from, int to, int row) {
  const auto [whole, fraction] = source_position(from, to, row);
  return {std::clamp(whole, 0, from - 1), std::clamp(whole + 1, 0, from - 1), weight_of(1.0F - fraction),
          weight_of(fraction)};
}

const int32_t* BilinearResizer::blended_row(const PixelView& source, int row, int width) {
  for (int i = 0; i < 2; ++i) {
    if (row_of_[i] == row) return rows_[i].data();
  }
  // Rows are asked for in ascending order: the older one has done its work.
  const int place = row_of_[0] <= row_of_[1] ? 0 : 1;
  row_of_[place] = row;
  rows_[place].resize(static_cast<size_t>(width) * source.channels);
  const uint8_t* const pixels = source.pixels + row * source.stride;
  int32_t* out = rows_[place].data();
  for (const Tap& tap : columns_) {
    for (int c = 0; c < source.channels; ++c) {
      *out++ = pixels[tap.first + c] * tap.first_weight + pixels[tap.second + c] * tap.second_weight;
    }
  }
  return rows_[place].data();
}

void BilinearResizer::run(const PixelView& source, Image& into) {
  if (source.width == into.width && source.height == into.height) return copy_rows(source, into);
  if (source.width == 2 * into.width && source.height == 2 * into.height) return halve(source, into);
  set_columns(source, into.width);
  row_of_[0] = row_of_[1] = -1;
  for (int y = 0; y < into.height; ++y) {
    const Tap tap = row_tap(source.height, into.height, y);
    const int32_t* const first = blended_row(source, tap.first, into.width);
    const int32_t* const second = blended_row(source, tap.second, into.width);
    blend_rows(first, second, tap.first_weight, tap.second_weight, into.width * into.channels, into.row(y));
  }
}

std::vector<int32_t> nearest_indices(int from, int to) {
  const double scale = 1.0 / (static_cast<double>(to) / from);
  std::vector<int32_t> indices;
  indices.reserve(static_cast<size_t>(to));
  for (int i = 0; i < to; ++i) indices.push_back(std::min(static_cast<int32_t>(std::floor(i * scale)), from - 1));
  return indices;
}

void mirror_rows(Image& image) {
  const int channels = image.channels;
  for (int y = 0; y < image.height; ++y) {
    uint8_t* left = image.row(y);
    uint8_t* right = left + int64_t{image.width - 1} * channels;
    for (; left < right; left += channels, right -= channels) std::swap_ranges(left, left + channels, right);
  }
}

}  // namespace itpn
