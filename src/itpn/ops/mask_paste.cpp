#include "itpn/ops/mask_paste.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace itpn::ops {
namespace {

// Where a pixel's centre lies in a mask, along one axis: between entries `low` and `low` + 1.
struct MaskPlace {
  int64_t low;
  float to_low, to_high;  // distances; the weights of the other end
};

// Pixels [begin, end) of one axis.
struct PixelSpan {
  int64_t begin, end;
  std::vector<MaskPlace> places;
};

PixelSpan span_of(float low, float high, int64_t pixels, int64_t side) {
  const auto limit = static_cast<double>(pixels);
  const auto begin = static_cast<int64_t>(std::clamp(std::floor(static_cast<double>(low)) - 1.0, 0.0, limit));
  const auto end = static_cast<int64_t>(std::clamp(std::ceil(static_cast<double>(high)) + 1.0, 0.0, limit));
  PixelSpan span = {begin, std::max(begin, end), {}};
  for (int64_t pixel = span.begin; pixel < span.end; ++pixel) {
    float u = (static_cast<float>(pixel) + 0.5F - low) / (high - low) * 2.0F - 1.0F;
    if (std::isinf(u)) u = 0.0F;
    const float at = ((u + 1.0F) * static_cast<float>(side) - 1.0F) / 2.0F;
    const float floor = std::floor(at);
    span.places.push_back({static_cast<int64_t>(floor), at - floor, 1.0F - (at - floor)});
  }
  return span;
}

// An axis of a picture that a box without an extent there would divide by zero on has no finite places.
bool is_finite(const PixelSpan& span) {
  return std::all_of(span.places.begin(), span.places.end(),
                     [](const MaskPlace& place) { return std::isfinite(place.to_low); });
}

float value_at(const float* mask, int64_t side, const MaskPlace& y, const MaskPlace& x) {
  const auto entry = [&](int64_t row, int64_t column) {
    return row >= 0 && row < side && column >= 0 && column < side ? mask[row * side + column] : 0.0F;
  };
  return entry(y.low, x.low) * (y.to_high * x.to_high) + entry(y.low, x.low + 1) * (y.to_high * x.to_low) +
         entry(y.low + 1, x.low) * (y.to_low * x.to_high) + entry(y.low + 1, x.low + 1) * (y.to_low * x.to_low);
}

void paste_one(const float* mask, int64_t side, const float* box, const PasteConfig& config, uint8_t* out) {
  const PixelSpan y = span_of(box[1], box[3], config.height, side), x = span_of(box[0], box[2], config.width, side);
  if (!is_finite(y) || !is_finite(x)) return;
  const auto threshold = static_cast<float>(config.threshold);
  for (int64_t row = y.begin; row < y.end; ++row) {
    const MaskPlace& place = y.places[static_cast<size_t>(row - y.begin)];
    uint8_t* pixels = out + row * config.width;
    for (int64_t column = x.begin; column < x.end; ++column) {
      const float value = value_at(mask, side, place, x.places[static_cast<size_t>(column - x.begin)]);
      pixels[column] = value >= threshold ? 1 : 0;
    }
  }
}

at::Tensor paste_on_cpu(const at::Tensor& masks, const at::Tensor& boxes, const PasteConfig& config) {
  const at::Tensor values = masks.to(torch::kFloat32).contiguous(), corners = boxes.to(torch::kFloat32).contiguous();
  const at::Tensor out = torch::zeros({masks.size(0), config.height, config.width}, torch::kUInt8);
  const int64_t side = masks.size(1);
  at::parallel_for(0, masks.size(0), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      paste_one(values.const_data_ptr<float>() + i * side * side, side, corners.const_data_ptr<float>() + 4 * i, config,
                out.mutable_data_ptr<uint8_t>() + i * config.height * config.width);
    }
  });
  return out;
}

// (n, pixels): places of the pixels' centres, -1 to 1 across the box
at::Tensor places_across(const at::Tensor& low, const at::Tensor& high, int64_t pixels) {
  const at::Tensor centres = torch::arange(pixels, low.options()) + 0.5;
  const at::Tensor places = (centres - low.unsqueeze(1)) / (high - low).unsqueeze(1) * 2 - 1;
  return torch::where(places.isinf(), torch::zeros_like(places), places);
}

// (n, pixels) bool: within a pixel of the box
at::Tensor is_near(const at::Tensor& low, const at::Tensor& high, int64_t pixels) {
  const at::Tensor pixel = torch::arange(pixels, low.options());
  return (pixel >= low.floor().unsqueeze(1) - 1).logical_and(pixel < high.ceil().unsqueeze(1) + 1);
}

}  // namespace

at::Tensor spread_masks(const at::Tensor& masks, const at::Tensor& boxes, const PasteConfig& config) {
  const at::Tensor x = places_across(boxes.select(1, 0), boxes.select(1, 2), config.width);
  const at::Tensor y = places_across(boxes.select(1, 1), boxes.select(1, 3), config.height);
  const at::Tensor grid =
      torch::stack({x.unsqueeze(1).expand({-1, config.height, -1}), y.unsqueeze(2).expand({-1, -1, config.width})},
                   3);  // (n, H, W, 2)
  return at::grid_sampler(masks.to(torch::kFloat32).unsqueeze(1), grid, /*bilinear=*/0, /*zeros outside=*/0,
                          /*align_corners=*/false)
      .squeeze(1);
}

at::Tensor paste_masks(const at::Tensor& masks, const at::Tensor& boxes, const PasteConfig& config) {
  TORCH_CHECK(masks.dim() == 3 && masks.size(1) == masks.size(2) && boxes.dim() == 2 && boxes.size(1) == 4 &&
                  boxes.size(0) == masks.size(0),
              "masks (n, S, S) and boxes (n, 4) wanted, got ", masks.sizes(), " and ", boxes.sizes());
  const at::NoGradGuard no_grad;
  if (masks.is_cpu()) return paste_on_cpu(masks, boxes, config);
  const at::Tensor near = is_near(boxes.select(1, 1), boxes.select(1, 3), config.height)
                              .unsqueeze(2)
                              .logical_and(is_near(boxes.select(1, 0), boxes.select(1, 2), config.width).unsqueeze(1));
  return (spread_masks(masks, boxes, config) >= config.threshold).logical_and(near).to(torch::kUInt8);
}

}  // namespace itpn::ops
