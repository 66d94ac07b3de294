// What the three picture targets do with an input: every way to decode it, and whether the ways agree.
#pragma once

#include <cstdlib>
#include <cstring>

#include "itpn/io/decode_image.h"

namespace itpn::test {

// Larger pictures are legal but would only make the fuzzer slow.
inline constexpr int64_t kMaxFuzzPixels = 1 << 18;

// A region chosen by the size of the input, so that the same file always gives the same one.
inline Rect some_region(const Image& whole, size_t seed) {
  const int left = static_cast<int>(seed % whole.width), top = static_cast<int>(seed / 7 % whole.height);
  const int width = 1 + static_cast<int>(seed / 3 % (whole.width - left));
  return {left, top, width, 1 + static_cast<int>(seed / 11 % (whole.height - top))};
}

// A region has to be the same part of the whole picture; anything else is a defect of the decoder.
inline void require_equal(const Image& part, const Image& whole, const Rect& region) {
  for (int y = 0; y < region.height; ++y) {
    if (std::memcmp(part.row(y), whole.row(region.top + y) + 3 * region.left, 3 * region.width) != 0) std::abort();
  }
}

// As people see it; and whether damage that is met in a part is refused with the whole.
inline void decode_as_shown(std::span<const std::byte> bytes, const ImageInfo& info) {
  DecodeOptions options{.alpha = AlphaRule::kWhite, .applies_exif = true};
  const DecodedImage whole = decode_shown(bytes, info, options);
  if (std::pair{whole.image.width, whole.image.height} != shown_size(info, options)) std::abort();
  const Rect region = some_region(whole.image, bytes.size());
  require_equal(decode_shown(bytes, info, options, region).image, whole.image, region);
  options.refuses_damage = true;
  decode_shown(bytes, info, options, region);
  if (!whole.damage.empty()) std::abort();
}

inline void decode_every_way(std::span<const std::byte> bytes) {
  try {
    const ImageInfo info = read_image_info(bytes);
    if (int64_t{info.width} * info.height > kMaxFuzzPixels) return;
    const Image whole = decode_rgb(bytes);
    if (whole.width != info.width || whole.height != info.height || whole.channels != 3) std::abort();
    apply_orientation(decode_stored(bytes), info.orientation);
    const Rect region = some_region(whole, bytes.size());
    require_equal(decode_rgb_region(bytes, region), whole, region);
    decode_as_shown(bytes, info);
  } catch (const ImageError&) {
    // The right answer to most inputs; any other exception ends the program.
  }
}

inline std::span<const std::byte> input_bytes(const uint8_t* data, size_t size) {
  return std::as_bytes(std::span(data, size));
}

}  // namespace itpn::test
