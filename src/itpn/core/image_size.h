// The size of a picture in pixels, and of its grid of patches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace itpn {

inline constexpr int64_t kLongestSide = 65536;

// Height before width, as in every text and list. A single number means a square.
struct ImageSize {
  int64_t height = 0;
  int64_t width = 0;

  ImageSize() = default;
  ImageSize(int64_t side) : height(side), width(side) {}  // NOLINT: wherever a size is wanted, a number is a square
  ImageSize(int64_t h, int64_t w) : height(h), width(w) {}
  bool is_square() const { return height == width; }
  int64_t longer() const { return height > width ? height : width; }
  bool operator==(const ImageSize&) const = default;
};

// Patches of a picture.
struct PatchGrid {
  int64_t rows = 0;
  int64_t columns = 0;

  int64_t count() const { return rows * columns; }
  int64_t longer() const { return rows > columns ? rows : columns; }
  bool operator==(const PatchGrid&) const = default;
};

inline PatchGrid patch_grid(const ImageSize& size, int64_t patch) { return {size.height / patch, size.width / patch}; }
inline bool divides(int64_t patch, const ImageSize& size) {
  return size.height % patch == 0 && size.width % patch == 0;
}
// The size nearest to `size` that the patch divides, at least one patch a side.
ImageSize nearest_size(const ImageSize& size, int64_t patch);

// What a size may look like in a text, for messages.
inline constexpr const char* kImageSizeForms = "a side, as 224, or HEIGHTxWIDTH, as 96x160";

// "224", "96x160": what parse_image_size reads.
std::string to_text(const ImageSize& size);
// Nothing where the text is not one or two sides from 1 to kLongestSide.
std::optional<ImageSize> parse_image_size(std::string_view text);

// In JSON a number, or [height, width] where the sides differ.
template <class Json>
void to_json(Json& json, const ImageSize& size) {
  json = size.height;
  if (!size.is_square()) json = Json::array({size.height, size.width});
}

}  // namespace itpn
