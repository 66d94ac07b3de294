#include "itpn/io/picture_grid.h"

#include <algorithm>
#include <stdexcept>

#include "itpn/io/drawing.h"

namespace itpn {
namespace {

constexpr double kLargestText = 12, kSmallestText = 8;

void check_columns(const std::vector<PictureColumn>& columns) {
  if (columns.empty() || columns[0].pictures.empty()) throw std::invalid_argument("a grid of no pictures");
  const Image& first = columns[0].pictures[0];
  for (const PictureColumn& column : columns) {
    if (column.pictures.size() != columns[0].pictures.size())
      throw std::invalid_argument("columns of different lengths");
    for (const Image& picture : column.pictures) {
      if (picture.width == first.width && picture.height == first.height) continue;
      throw std::invalid_argument("a grid of pictures of different sizes");
    }
  }
}

// 0: no captions.
double caption_size(const std::vector<PictureColumn>& columns) {
  double widest = 0;
  for (const PictureColumn& column : columns)
    widest = std::max(widest, text_width(column.caption, {.size = kLargestText}));
  if (widest == 0) return 0;
  const double size = std::min(kLargestText, kLargestText * columns[0].pictures[0].width / widest);
  return size < kSmallestText ? 0 : size;
}

}  // namespace

Image picture_grid(const std::vector<PictureColumn>& columns) {
  check_columns(columns);
  const int width = columns[0].pictures[0].width, height = columns[0].pictures[0].height;
  const double text_size = caption_size(columns);
  const int top = text_size > 0 ? static_cast<int>(line_height(text_size)) + kGridGutter : kGridGutter;
  const int most = std::max(1, (Drawing::kMaxSide - top) / (height + kGridGutter));
  const int rows = std::min(most, static_cast<int>(columns[0].pictures.size()));
  const int count = static_cast<int>(columns.size());
  Drawing drawing({.width = static_cast<double>(count * (width + kGridGutter) + kGridGutter),
                   .height = static_cast<double>(top + rows * (height + kGridGutter))});
  const TextStyle style = {.size = text_size, .colour = kInk, .anchor = TextAnchor::kMiddle};
  for (int i = 0; i < count; ++i) {
    const PictureColumn& column = columns[static_cast<size_t>(i)];
    const double left = kGridGutter + i * (width + kGridGutter);
    if (text_size > 0) drawing.text({left + width / 2.0, (top + 1) / 2.0}, column.caption, style);
    for (int row = 0; row < rows; ++row) {
      drawing.picture(column.pictures[static_cast<size_t>(row)],
                      {left, static_cast<double>(top + row * (height + kGridGutter)), static_cast<double>(width),
                       static_cast<double>(height)});
    }
  }
  return drawing.image();
}

}  // namespace itpn
