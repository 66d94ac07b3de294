#include "itpn/ops/box_coder.h"

#include <torch/torch.h>

#include <cmath>
#include <vector>

#include "itpn/ops/to_device.h"

namespace itpn::ops {
namespace {

const double kLargestLogRatio = std::log(1000.0 / 16.0);

// Centres and sizes, (..., 2) each.
struct CentredBoxes {
  at::Tensor centre, size;
};

CentredBoxes centred(const at::Tensor& boxes) {
  const at::Tensor low = boxes.slice(-1, 0, 2), high = boxes.slice(-1, 2, 4);
  return {(low + high) * 0.5, high - low};
}

at::Tensor deviations_for(const std::array<double, 4>& deviations, const at::Tensor& like) {
  const at::Tensor values = torch::tensor(std::vector<double>(deviations.begin(), deviations.end()));
  return to_device(values.to(like.scalar_type()), like.device());
}

}  // namespace

at::Tensor clamp_boxes(const at::Tensor& boxes, const PictureSize& picture) {
  const auto side = [&](int64_t i, double most) { return boxes.select(-1, i).clamp(0, most); };
  return torch::stack(
      {side(0, picture.width), side(1, picture.height), side(2, picture.width), side(3, picture.height)}, -1);
}

at::Tensor BoxCoder::encode(const at::Tensor& from, const at::Tensor& to) const {
  const CentredBoxes p = centred(from), g = centred(to);
  const at::Tensor deltas = torch::cat({(g.centre - p.centre) / p.size, (g.size / p.size).log()}, -1);
  return deltas / deviations_for(deviations, deltas);
}

at::Tensor BoxCoder::decode(const at::Tensor& from, const at::Tensor& deltas,
                            const std::optional<PictureSize>& picture) const {
  TORCH_CHECK(from.dim() == 2 && from.size(1) == 4 && deltas.dim() == 2 && deltas.size(0) == from.size(0) &&
                  deltas.size(1) % 4 == 0,
              "decode wants (N, 4) and (N, 4 K), got ", from.sizes(), " and ", deltas.sizes());
  const at::Tensor d = deltas.reshape({deltas.size(0), deltas.size(1) / 4, 4}) * deviations_for(deviations, deltas);
  const CentredBoxes p = centred(from.unsqueeze(1));  // (N, 1, 2)
  const at::Tensor centre = p.centre + p.size * d.slice(-1, 0, 2);
  const at::Tensor half = p.size * d.slice(-1, 2, 4).clamp(-kLargestLogRatio, kLargestLogRatio).exp() * 0.5;
  at::Tensor boxes = torch::cat({centre - half, centre + half}, -1);  // (N, K, 4)
  if (picture) boxes = clamp_boxes(boxes, *picture);
  return boxes.reshape(deltas.sizes());
}

}  // namespace itpn::ops
