#include "itpn/core/image_size.h"

#include <algorithm>

#include "itpn/core/parse_number.h"

namespace itpn {
namespace {

std::optional<int64_t> parse_side(std::string_view text) {
  const std::optional<int64_t> side = parse_whole_number(text);
  return side && *side >= 1 && *side <= kLongestSide ? side : std::nullopt;
}

int64_t nearest_multiple(int64_t side, int64_t of) { return std::max<int64_t>(1, (side + of / 2) / of) * of; }

}  // namespace

ImageSize nearest_size(const ImageSize& size, int64_t patch) {
  return {nearest_multiple(size.height, patch), nearest_multiple(size.width, patch)};
}

std::string to_text(const ImageSize& size) {
  const std::string height = std::to_string(size.height);
  return size.is_square() ? height : height + "x" + std::to_string(size.width);
}

std::optional<ImageSize> parse_image_size(std::string_view text) {
  const size_t cross = text.find('x');
  const std::optional<int64_t> height = parse_side(text.substr(0, cross));
  const std::optional<int64_t> width = cross == std::string_view::npos ? height : parse_side(text.substr(cross + 1));
  if (!height || !width) return std::nullopt;
  return ImageSize(*height, *width);
}

}  // namespace itpn
