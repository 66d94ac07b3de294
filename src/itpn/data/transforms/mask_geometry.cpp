#include "itpn/data/transforms/mask_geometry.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace itpn {
namespace {

std::vector<int32_t> all_indices(int count) {
  std::vector<int32_t> indices(static_cast<size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

std::vector<int32_t> resized(const std::vector<int32_t>& indices, int to) {
  std::vector<int32_t> picked = nearest_indices(static_cast<int>(indices.size()), to);
  for (int32_t& index : picked) index = indices[static_cast<size_t>(index)];
  return picked;
}

}  // namespace

MaskGeometry::MaskGeometry(const PictureSize& size)
    : rows_(all_indices(size.height)), columns_(all_indices(size.width)) {}

void MaskGeometry::mirror() { std::reverse(columns_.begin(), columns_.end()); }

void MaskGeometry::resize(const PictureSize& size) {
  rows_ = resized(rows_, size.height);
  columns_ = resized(columns_, size.width);
}

void MaskGeometry::crop(const Rect& part) {
  rows_ = {rows_.begin() + part.top, rows_.begin() + part.top + part.height};
  columns_ = {columns_.begin() + part.left, columns_.begin() + part.left + part.width};
}

Bitmap MaskGeometry::apply(const Bitmap& mask) const {
  const auto width = static_cast<int64_t>(columns_.size());
  Bitmap out(static_cast<int64_t>(rows_.size()), width);
  for (size_t y = 0; y < rows_.size(); ++y) {
    uint8_t* const into = out.row(static_cast<int64_t>(y));
    if (y > 0 && rows_[y] == rows_[y - 1]) {
      std::memcpy(into, into - width, static_cast<size_t>(width));
      continue;
    }
    const uint8_t* const from = mask.row(rows_[y]);
    for (size_t x = 0; x < columns_.size(); ++x) into[x] = from[columns_[x]];
  }
  return out;
}

}  // namespace itpn
