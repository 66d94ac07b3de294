#include "itpn/ops/roi_align.h"

#include <torch/torch.h>

#include "itpn/ops/cpu/roi_passes.h"

namespace itpn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// (B, C, H, W) -> (B, H, W, C) in memory; no copy of a map whose channels are last there.
at::Tensor channels_last(const at::Tensor& map) { return map.to(torch::kFloat32).permute({0, 2, 3, 1}).contiguous(); }

RoiTask task_of(const at::Tensor& rois, const at::Tensor& levels, const std::vector<double>& scales,
                const RoiAlignConfig& config) {
  const at::Tensor host = levels.to(torch::kInt64).contiguous();
  const int64_t* first = host.const_data_ptr<int64_t>();
  return {rois.to(torch::kFloat32).contiguous(), {first, first + host.numel()}, scales, config};
}

struct PoolRois : torch::autograd::Function<PoolRois> {
  static at::Tensor forward(AutogradContext* ctx, at::TensorList maps, const at::Tensor& rois, const at::Tensor& levels,
                            const std::vector<double>& scales, const RoiAlignConfig& config) {
    std::vector<at::Tensor> inputs;
    for (const at::Tensor& map : maps) inputs.push_back(channels_last(map));
    ctx->save_for_backward({rois, levels});
    ctx->saved_data["scales"] = scales;
    ctx->saved_data["config"] =
        std::vector<int64_t>{config.rows, config.columns, config.sampling_ratio, config.is_aligned ? 1 : 0};
    std::vector<int64_t> sizes;
    for (const at::Tensor& input : inputs) sizes.insert(sizes.end(), input.sizes().begin(), input.sizes().end());
    ctx->saved_data["sizes"] = sizes;
    return pool_rois(inputs, task_of(rois, levels, scales, config)).permute({0, 3, 1, 2});
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& d_out) {
    const variable_list saved = ctx->get_saved_variables();
    const auto c = ctx->saved_data["config"].toIntVector();
    const auto flat = ctx->saved_data["sizes"].toIntVector();
    std::vector<std::vector<int64_t>> sizes;
    for (auto from = flat.begin(); from != flat.end(); from += 4) sizes.emplace_back(from, from + 4);
    const RoiTask task =
        task_of(saved[0], saved[1], ctx->saved_data["scales"].toDoubleVector(), {c[0], c[1], c[2], c[3] == 1});
    variable_list gradients = pool_rois_backward(sizes, channels_last(d_out[0]), task);
    for (at::Tensor& gradient : gradients) gradient = gradient.permute({0, 3, 1, 2});
    gradients.resize(gradients.size() + 4);  // boxes, levels, scales and the configuration have none
    return gradients;
  }
};

void check_rois(const std::vector<at::Tensor>& maps, const at::Tensor& rois) {
  TORCH_CHECK(rois.dim() == 2 && rois.size(1) == 5, "boxes to pool are (R, 5), got ", rois.sizes());
  TORCH_CHECK(!maps.empty(), "no map to pool from");
  for (const at::Tensor& map : maps) {
    TORCH_CHECK(map.dim() == 4 && map.size(0) == maps[0].size(0) && map.size(1) == maps[0].size(1),
                "maps are (B, C, H, W) with one B and C, got ", map.sizes());
  }
}

// Boxes level by level, back in their order.
at::Tensor levels_by_matrix(const std::vector<at::Tensor>& maps, const at::Tensor& rois, const at::Tensor& levels,
                            const std::vector<double>& scales, const RoiAlignConfig& config) {
  at::Tensor out = torch::zeros({rois.size(0), maps[0].size(1), config.rows, config.columns}, maps[0].options());
  for (size_t level = 0; level < maps.size(); ++level) {
    const at::Tensor own = (levels == static_cast<int64_t>(level)).nonzero().flatten();
    const at::Tensor pooled = roi_align_by_matrix(maps[level], rois.index_select(0, own), scales[level], config);
    out = out.index_copy(0, own, pooled);
  }
  return out;
}

at::Tensor pool(const std::vector<at::Tensor>& maps, const at::Tensor& rois, const at::Tensor& levels,
                const std::vector<double>& scales, const RoiAlignConfig& config) {
  check_rois(maps, rois);
  if (!has_roi_kernels(maps[0])) return levels_by_matrix(maps, rois, levels, scales, config);
  return PoolRois::apply(at::TensorList(maps), rois.detach(), levels, scales, config);
}

}  // namespace

at::Tensor roi_align(const at::Tensor& map, const at::Tensor& rois, double scale, const RoiAlignConfig& config) {
  const at::Tensor levels = torch::zeros({rois.size(0)}, rois.options().dtype(torch::kInt64));
  return pool({map}, rois, levels, {scale}, config);
}

at::Tensor roi_align_levels(const std::vector<at::Tensor>& maps, const std::vector<int64_t>& strides,
                            const at::Tensor& rois, const at::Tensor& levels, const RoiAlignConfig& config) {
  TORCH_CHECK(maps.size() == strides.size(), "a stride for each of ", maps.size(), " maps wanted, got ",
              strides.size());
  std::vector<double> scales;
  for (const int64_t stride : strides) scales.push_back(1.0 / static_cast<double>(stride));
  return pool(maps, rois, levels, scales, config);
}

at::Tensor roi_levels(const at::Tensor& rois, int64_t count, double finest_scale) {
  const at::Tensor area = (rois.select(1, 3) - rois.select(1, 1)) * (rois.select(1, 4) - rois.select(1, 2));
  return (area.sqrt() / finest_scale + 1e-6).log2().floor().clamp(0, static_cast<double>(count - 1)).to(torch::kInt64);
}

}  // namespace itpn::ops
