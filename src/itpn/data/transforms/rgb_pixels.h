// RGB pixels that lie somewhere in memory, 8 bits a channel, rows from the top without gaps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace itpn {

inline constexpr int kRgbChannels = 3;

struct RgbPixels {
  uint8_t* data = nullptr;
  int width = 0;
  int height = 0;

  size_t count() const { return static_cast<size_t>(width) * static_cast<size_t>(height); }
  size_t bytes() const { return kRgbChannels * count(); }
  size_t row_bytes() const { return kRgbChannels * static_cast<size_t>(width); }
  uint8_t* row(int y) const { return data + static_cast<size_t>(y) * row_bytes(); }
};

using RgbColor = std::array<uint8_t, kRgbChannels>;

}  // namespace itpn
