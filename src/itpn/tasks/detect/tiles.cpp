#include "itpn/tasks/detect/tiles.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "itpn/ops/nms.h"

namespace itpn {
namespace {

constexpr double kEdge = 0.005;  // of a tile's side: so near to an edge ends what the edge cuts

// Where tiles begin along an axis.
std::vector<int> starts_along(int length, int side, double overlap) {
  if (length <= side) return {0};
  const double step = std::max(1.0, side * (1.0 - overlap));
  const int steps = static_cast<int>(std::ceil((length - side) / step));
  std::vector<int> starts;
  for (int i = 0; i <= steps; ++i) {
    starts.push_back(static_cast<int>(static_cast<int64_t>(length - side) * i / steps));
  }
  return starts;
}

bool is_cut(const Box& box, const Rect& tile, const PictureSize& picture) {
  const auto margin = [](int side) { return static_cast<float>(std::max(1.0, kEdge * side)); };
  const float x = margin(tile.width), y = margin(tile.height);
  return (tile.left > 0 && box.x1 <= x) || (tile.top > 0 && box.y1 <= y) ||
         (tile.left + tile.width < picture.width && box.x2 >= static_cast<float>(tile.width) - x) ||
         (tile.top + tile.height < picture.height && box.y2 >= static_cast<float>(tile.height) - y);
}

FoundPicture all_of(const std::vector<FoundPicture>& parts) {
  FoundPicture all;
  all.height = parts.front().height;
  all.width = parts.front().width;
  std::vector<at::Tensor> masks;
  for (const FoundPicture& part : parts) {
    all.boxes.insert(all.boxes.end(), part.boxes.begin(), part.boxes.end());
    all.scores.insert(all.scores.end(), part.scores.begin(), part.scores.end());
    all.labels.insert(all.labels.end(), part.labels.begin(), part.labels.end());
    if (part.has_masks()) masks.push_back(part.masks);
  }
  if (!masks.empty()) all.masks = torch::cat(masks);
  return all;
}

}  // namespace

std::vector<Rect> tiles_of(const PictureSize& picture, int side, double overlap) {
  if (picture.width <= side && picture.height <= side) return {};
  std::vector<Rect> tiles;
  for (const int top : starts_along(picture.height, side, overlap)) {
    for (const int left : starts_along(picture.width, side, overlap)) {
      tiles.push_back({left, top, std::min(side, picture.width), std::min(side, picture.height)});
    }
  }
  return tiles;
}

FoundPicture moved_to_picture(const FoundPicture& found, const Rect& tile, const PictureSize& picture) {
  std::vector<size_t> whole;
  for (size_t i = 0; i < found.count(); ++i) {
    if (!is_cut(found.boxes[i], tile, picture)) whole.push_back(i);
  }
  FoundPicture moved = select(found, whole);
  moved.width = picture.width;
  moved.height = picture.height;
  const auto x = static_cast<float>(tile.left), y = static_cast<float>(tile.top);
  for (Box& box : moved.boxes) box = {box.x1 + x, box.y1 + y, box.x2 + x, box.y2 + y};
  return moved;
}

FoundPicture merge_found(const std::vector<FoundPicture>& parts, double iou_threshold, int64_t most) {
  const FoundPicture all = all_of(parts);
  const auto count = static_cast<int64_t>(all.count());
  const at::Tensor boxes = torch::empty({count, 4}, torch::kFloat32);
  auto* into = boxes.mutable_data_ptr<float>();
  for (const Box& box : all.boxes) {
    for (const float value : {box.x1, box.y1, box.x2, box.y2}) *into++ = value;
  }
  const at::Tensor kept = ops::batched_nms(boxes, torch::tensor(all.scores, torch::kFloat32),
                                           torch::tensor(all.labels, torch::kInt64), iou_threshold);
  std::vector<size_t> objects;
  for (int64_t i = 0; i < std::min(most, kept.size(0)); ++i)
    objects.push_back(static_cast<size_t>(kept[i].item<int64_t>()));
  return select(all, objects);
}

}  // namespace itpn
