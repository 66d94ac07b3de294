#include "itpn/ops/mask_targets.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include "itpn/ops/box_coder.h"
#include "itpn/ops/cpu/roi_grid.h"
#include "itpn/ops/roi_align.h"

namespace itpn::ops {
namespace {

struct Bitmap {
  const uint8_t* pixels;
  int64_t width;
};

// All samples of an axis, bin by bin.
std::vector<SampleCells> samples_of_axis(const RoiAxis& axis) {
  std::vector<SampleCells> samples;
  for (int64_t bin = 0; bin < axis.bins; ++bin) {
    for (int64_t i = 0; i < axis.samples; ++i) samples.push_back(sample_cells(axis, bin, i));
  }
  return samples;
}

float sample_at(const Bitmap& bitmap, const SampleCells& y, const SampleCells& x) {
  if (!y.is_inside || !x.is_inside) return 0.0F;
  const uint8_t *low = bitmap.pixels + y.low * bitmap.width, *high = bitmap.pixels + y.high * bitmap.width;
  const auto value = [](uint8_t pixel) { return static_cast<float>(pixel); };
  return y.low_weight * x.low_weight * value(low[x.low]) + y.low_weight * x.high_weight * value(low[x.high]) +
         y.high_weight * x.low_weight * value(high[x.low]) + y.high_weight * x.high_weight * value(high[x.high]);
}

// (side, side) of one box
void cover(const Bitmap& bitmap, const RoiAxis& y_axis, const RoiAxis& x_axis, float* out) {
  const std::vector<SampleCells> y = samples_of_axis(y_axis), x = samples_of_axis(x_axis);
  const int64_t by_bin = y_axis.samples * x_axis.samples;
  const auto divisor = static_cast<float>(std::max<int64_t>(by_bin, 1));
  for (int64_t p = 0; p < y_axis.bins; ++p) {
    for (int64_t q = 0; q < x_axis.bins; ++q) {
      float sum = 0.0F;
      for (int64_t i = p * y_axis.samples; i < (p + 1) * y_axis.samples; ++i) {
        for (int64_t j = q * x_axis.samples; j < (q + 1) * x_axis.samples; ++j) {
          sum += sample_at(bitmap, y[static_cast<size_t>(i)], x[static_cast<size_t>(j)]);
        }
      }
      *out++ = sum / divisor;
    }
  }
}

at::Tensor coverage_on_cpu(const at::Tensor& masks, const at::Tensor& boxes, const at::Tensor& objects, int64_t side) {
  const at::Tensor bitmaps = masks.contiguous(), corners = boxes.to(torch::kFloat32).contiguous();
  const at::Tensor ids = objects.contiguous(), out = torch::empty({boxes.size(0), side, side});
  const int64_t H = masks.size(1), W = masks.size(2);
  at::parallel_for(0, boxes.size(0), 1, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float* box = corners.const_data_ptr<float>() + 4 * r;
      const Bitmap bitmap = {bitmaps.const_data_ptr<uint8_t>() + ids.const_data_ptr<int64_t>()[r] * H * W, W};
      cover(bitmap, RoiAxisRule{}.axis(box[1], box[3], side, H), RoiAxisRule{}.axis(box[0], box[2], side, W),
            out.mutable_data_ptr<float>() + r * side * side);
    }
  });
  return out;
}

}  // namespace

at::Tensor mask_coverage(const at::Tensor& masks, const at::Tensor& boxes, const at::Tensor& objects, int64_t side) {
  TORCH_CHECK(masks.dim() == 3 && masks.scalar_type() == torch::kUInt8, "masks are (G, H, W) uint8, got ",
              masks.sizes(), " ", masks.scalar_type());
  TORCH_CHECK(boxes.dim() == 2 && boxes.size(1) == 4 && objects.dim() == 1 && objects.size(0) == boxes.size(0),
              "boxes (R, 4) and objects (R) wanted, got ", boxes.sizes(), " and ", objects.sizes());
  if (masks.is_cpu()) return coverage_on_cpu(masks, boxes, objects, side);
  const at::Tensor rois = torch::cat({objects.to(boxes.scalar_type()).unsqueeze(1), boxes}, 1);
  return roi_align_by_matrix(masks.unsqueeze(1), rois, 1.0, {side, side}).squeeze(1);
}

at::Tensor mask_targets(const at::Tensor& masks, const at::Tensor& boxes, const at::Tensor& objects, int64_t side) {
  const PictureSize size = {static_cast<double>(masks.size(1)), static_cast<double>(masks.size(2))};
  return (mask_coverage(masks, clamp_boxes(boxes, size), objects, side) >= 0.5).to(torch::kFloat32);
}

}  // namespace itpn::ops
