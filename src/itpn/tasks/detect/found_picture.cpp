#include "itpn/tasks/detect/found_picture.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "itpn/ops/mask_paste.h"

namespace itpn {
namespace {

// Pixels of one axis within one of a box: the only ones that pasting looks at.
struct PixelRange {
  int64_t begin = 0, end = 0;
  int64_t size() const { return end - begin; }
};

PixelRange pixels_near(float low, float high, int64_t pixels) {
  const auto limit = static_cast<double>(pixels);
  const auto begin = std::clamp(std::floor(static_cast<double>(low)) - 1.0, 0.0, limit);
  const auto end = std::clamp(std::ceil(static_cast<double>(high)) + 1.0, begin, limit);
  return {static_cast<int64_t>(begin), static_cast<int64_t>(end)};
}

}  // namespace

PastedMask paste_mask(const FoundPicture& found, size_t object) {
  TORCH_CHECK(found.has_masks() && object < found.count(), "object ", object, " of ", found.count(), " has no mask");
  const Box& box = found.boxes[object];
  const PixelRange x = pixels_near(box.x1, box.x2, found.width), y = pixels_near(box.y1, box.y2, found.height);
  // Whole pixels are taken off the corners, which loses no bit of them: the pasted pixels are those of the picture.
  const auto left = static_cast<float>(x.begin), top = static_cast<float>(y.begin);
  const at::Tensor corners = torch::tensor({{box.x1 - left, box.y1 - top, box.x2 - left, box.y2 - top}});
  const at::Tensor mask = found.masks.slice(0, static_cast<int64_t>(object), static_cast<int64_t>(object) + 1);
  const at::Tensor pasted = ops::paste_masks(mask, corners, {y.size(), x.size()}).contiguous();
  PastedMask result{Bitmap(y.size(), x.size()), x.begin, y.begin};
  std::copy_n(pasted.const_data_ptr<uint8_t>(), result.part.values.size(), result.part.values.begin());
  return result;
}

Rle rle_of(const PastedMask& mask, const FoundPicture& found) {
  return encode_part(mask.part, {mask.left, mask.top, found.height, found.width});
}

FoundPicture select(const FoundPicture& found, const std::vector<size_t>& objects) {
  FoundPicture chosen;
  chosen.height = found.height;
  chosen.width = found.width;
  std::vector<int64_t> rows;
  for (const size_t object : objects) {
    chosen.boxes.push_back(found.boxes[object]);
    chosen.scores.push_back(found.scores[object]);
    chosen.labels.push_back(found.labels[object]);
    rows.push_back(static_cast<int64_t>(object));
  }
  if (found.has_masks()) chosen.masks = found.masks.index_select(0, torch::tensor(rows, torch::kInt64));
  return chosen;
}

FoundPicture above(const FoundPicture& found, double score) {
  std::vector<size_t> objects;
  for (size_t i = 0; i < found.count(); ++i) {
    if (static_cast<double>(found.scores[i]) >= score) objects.push_back(i);
  }
  return select(found, objects);
}

}  // namespace itpn
