#include "itpn/structures/rle.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

// Walks two masks of one size side by side: calls use(length, a_is_set, b_is_set) for each stretch in which neither
// changes.
template <class Use>
void walk_together(const Rle& a, const Rle& b, const Use& use) {
  size_t next_a = 0, next_b = 0;
  uint32_t left_a = 0, left_b = 0;
  bool a_is_set = true, b_is_set = true;  // turned before the first run, which is background
  const auto advance = [](const Rle& rle, size_t& next, uint32_t& left, bool& is_set) {
    while (left == 0 && next < rle.counts.size()) {
      left = rle.counts[next++];
      is_set = !is_set;
    }
  };
  for (;;) {
    advance(a, next_a, left_a, a_is_set);
    advance(b, next_b, left_b, b_is_set);
    const uint32_t length = std::min(left_a, left_b);
    if (length == 0) return;
    use(length, a_is_set, b_is_set);
    left_a -= length;
    left_b -= length;
  }
}

// Builds runs from stretches that may repeat the value before.
class RunWriter {
 public:
  void add(uint32_t length, bool is_set) {
    if (length == 0) return;
    if (is_set != is_set_) {
      counts_.push_back(length_);
      length_ = 0;
      is_set_ = is_set;
    }
    length_ += length;
  }
  std::vector<uint32_t> finish() {
    counts_.push_back(length_);
    return std::move(counts_);
  }

 private:
  std::vector<uint32_t> counts_;
  uint32_t length_ = 0;
  bool is_set_ = false;
};

template <class Combine>
Rle merge(std::span<const Rle> masks, const Combine& combine) {
  if (masks.empty()) return {};
  Rle merged = masks.front();
  for (const Rle& mask : masks.subspan(1)) {
    if (mask.height != merged.height || mask.width != merged.width) {
      throw data_error(fmt::format("masks of {} x {} and of {} x {} pixels cannot be merged", merged.width,
                                   merged.height, mask.width, mask.height));
    }
    RunWriter writer;
    walk_together(merged, mask, [&](uint32_t length, bool a, bool b) { writer.add(length, combine(a, b)); });
    merged.counts = writer.finish();
  }
  return merged;
}

// Calls use(start, end) for each run of foreground that is not empty, as places in the column-major order.
template <class Use>
void for_each_run(const Rle& rle, const Use& use) {
  uint64_t place = 0;
  for (size_t i = 0; i < rle.counts.size(); ++i) {
    const uint64_t end = place + rle.counts[i];
    if (i % 2 == 1 && end > place) use(place, end);
    place = end;
  }
}

}  // namespace

void check_rle(const Rle& rle) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  if (rle.height < 1 || rle.width < 1 || rle.height > kMost / rle.width) {
    throw data_error(fmt::format("a mask of {} x {} pixels", rle.width, rle.height));
  }
  const uint64_t covered = std::accumulate(rle.counts.begin(), rle.counts.end(), uint64_t{0});
  if (covered == static_cast<uint64_t>(rle.height * rle.width)) return;
  throw data_error(fmt::format("the runs of a mask cover {} pixels, its size is {} x {} = {}", covered, rle.width,
                               rle.height, rle.width * rle.height));
}

Rle encode_bitmap(const Bitmap& bitmap) { return encode_part(bitmap, {0, 0, bitmap.height, bitmap.width}); }

Rle encode_part(const Bitmap& part, const PlaceOfPart& place) {
  RunWriter writer;
  const auto add_background = [&](int64_t pixels) { writer.add(static_cast<uint32_t>(pixels), false); };
  add_background(place.left * place.height);
  for (int64_t x = 0; x < part.width; ++x) {
    add_background(place.top);
    for (int64_t y = 0; y < part.height; ++y) writer.add(1, part.row(y)[x] != 0);
    add_background(place.height - place.top - part.height);
  }
  add_background((place.width - place.left - part.width) * place.height);
  return {place.height, place.width, writer.finish()};
}

Bitmap decode_rle(const Rle& rle) {
  Bitmap bitmap(rle.height, rle.width);
  const auto height = static_cast<uint64_t>(rle.height);
  for_each_run(rle, [&](uint64_t start, uint64_t end) {
    uint64_t x = start / height, y = start % height;
    for (uint64_t place = start; place < end; ++place) {
      bitmap.values[y * static_cast<uint64_t>(rle.width) + x] = 1;
      if (++y == height) {
        y = 0;
        ++x;
      }
    }
  });
  return bitmap;
}

int64_t rle_area(const Rle& rle) {
  int64_t area = 0;
  for (size_t i = 1; i < rle.counts.size(); i += 2) area += rle.counts[i];
  return area;
}

CornerBox rle_box(const Rle& rle) {
  const auto height = static_cast<uint64_t>(rle.height);
  uint64_t left = UINT64_MAX, right = 0, top = UINT64_MAX, bottom = 0;
  for_each_run(rle, [&](uint64_t start, uint64_t end) {
    const uint64_t first = start / height, last = (end - 1) / height;
    left = std::min(left, first);
    right = std::max(right, last);
    // A run over the end of a column has its last and the next one's first pixel.
    top = first < last ? 0 : std::min(top, start % height);
    bottom = first < last ? height - 1 : std::max(bottom, (end - 1) % height);
  });
  if (left == UINT64_MAX) return {};
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left + 1),
          static_cast<double>(bottom - top + 1)};
}

Rle intersect(std::span<const Rle> masks) {
  return merge(masks, [](bool a, bool b) { return a && b; });
}

Rle unite(std::span<const Rle> masks) {
  return merge(masks, [](bool a, bool b) { return a || b; });
}

int64_t shared_area(const Rle& a, const Rle& b) {
  int64_t area = 0;
  walk_together(a, b, [&](uint32_t length, bool in_a, bool in_b) { area += in_a && in_b ? length : 0; });
  return area;
}

double rle_iou(const Rle& detection, const Rle& truth, bool is_crowd) {
  if (detection.height != truth.height || detection.width != truth.width) return -1.0;
  if (coco_iou(rle_box(detection), rle_box(truth), false) <= 0.0) return 0.0;
  const int64_t shared = shared_area(detection, truth), area = rle_area(detection);
  const int64_t whole = is_crowd ? area : area + rle_area(truth) - shared;
  return static_cast<double>(shared) / static_cast<double>(whole);
}

}  // namespace itpn
