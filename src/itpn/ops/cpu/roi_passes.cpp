#include "itpn/ops/cpu/roi_passes.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <optional>

#include "itpn/ops/cpu/raw.h"
#include "itpn/ops/cpu/roi_grid.h"

namespace itpn::ops {
namespace {

// Both axes of one box on its map.
struct RoiWeights {
  AxisWeights y, x;
};

RoiWeights roi_weights(const RoiTask& task, int64_t roi, at::IntArrayRef map_sizes) {
  const auto level = static_cast<size_t>(task.levels[static_cast<size_t>(roi)]);
  const float* box = task.rois.const_data_ptr<float>() + 5 * roi;
  const RoiAxisRule rule = {static_cast<float>(task.scales[level]), task.config.is_aligned, task.config.sampling_ratio};
  return {AxisWeights(rule.axis(box[2], box[4], task.config.rows, map_sizes[1])),
          AxisWeights(rule.axis(box[1], box[3], task.config.columns, map_sizes[2]))};
}

int64_t picture_of(const RoiTask& task, int64_t roi, int64_t images) {
  const auto image = static_cast<int64_t>(task.rois.const_data_ptr<float>()[5 * roi]);
  TORCH_CHECK(image >= 0 && image < images, "box ", roi, " is of image ", image, ", but there are ", images);
  return image;
}

// Boxes of each (level, image) in their order.
std::vector<std::vector<int64_t>> boxes_by_map(const std::vector<std::vector<int64_t>>& sizes, const RoiTask& task) {
  const int64_t images = sizes[0][0];
  std::vector<std::vector<int64_t>> boxes(sizes.size() * static_cast<size_t>(images));
  for (int64_t roi = 0; roi < task.rois.size(0); ++roi) {
    const int64_t map = task.levels[static_cast<size_t>(roi)] * images + picture_of(task, roi, images);
    boxes[static_cast<size_t>(map)].push_back(roi);
  }
  return boxes;
}

std::vector<RoiWeights> weights_of_all(const std::vector<std::vector<int64_t>>& sizes, const RoiTask& task) {
  std::vector<std::optional<RoiWeights>> made(task.levels.size());
  at::parallel_for(0, task.rois.size(0), 8, [&](int64_t begin, int64_t end) {
    for (int64_t roi = begin; roi < end; ++roi) {
      const auto i = static_cast<size_t>(roi);
      made[i] = roi_weights(task, roi, sizes[static_cast<size_t>(task.levels[i])]);
    }
  });
  std::vector<RoiWeights> weights;
  for (auto& one : made) weights.push_back(std::move(*one));
  return weights;
}

}  // namespace

bool has_roi_kernels(const at::Tensor& map) { return cpu::kernels() && map.is_cpu(); }

at::Tensor pool_rois(const std::vector<at::Tensor>& maps, const RoiTask& task) {
  const int64_t C = maps[0].size(3), bins = task.config.rows * task.config.columns;
  const at::Tensor out = torch::empty({task.rois.size(0), task.config.rows, task.config.columns, C});
  at::parallel_for(0, task.rois.size(0), 1, [&](int64_t begin, int64_t end) {
    for (int64_t roi = begin; roi < end; ++roi) {
      const at::Tensor& map = maps[static_cast<size_t>(task.levels[static_cast<size_t>(roi)])];
      const RoiWeights weights = roi_weights(task, roi, map.sizes());
      const float* picture = map.const_data_ptr<float>() + picture_of(task, roi, map.size(0)) * map.stride(0);
      cpu::kernels()->roi.forward({picture, out.mutable_data_ptr<float>() + roi * bins * C, map.size(2), C,
                                   weights.y.bins(), weights.x.bins()});
    }
  });
  return out;
}

std::vector<at::Tensor> pool_rois_backward(const std::vector<std::vector<int64_t>>& sizes, const at::Tensor& d_out,
                                           const RoiTask& task) {
  std::vector<at::Tensor> gradients;
  for (const auto& size : sizes) gradients.push_back(torch::zeros(size));
  const int64_t images = sizes[0][0], C = d_out.size(3), bins = task.config.rows * task.config.columns;
  const auto boxes = boxes_by_map(sizes, task);
  const std::vector<RoiWeights> weights = weights_of_all(sizes, task);
  const auto maps = static_cast<int64_t>(boxes.size());
  const int64_t blocks = (C + cpu::kRoiChannels - 1) / cpu::kRoiChannels;
  // A task is one block of channels of one map, with all of its boxes: no two threads add to the same memory.
  at::parallel_for(0, blocks * maps, 1, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; ++piece) {
      const int64_t map = piece % maps, first = piece / maps * cpu::kRoiChannels;
      const at::Tensor& gradient = gradients[static_cast<size_t>(map / images)];
      float* picture = gradient.mutable_data_ptr<float>() + map % images * gradient.stride(0);
      for (const int64_t roi : boxes[static_cast<size_t>(map)]) {
        const RoiWeights& w = weights[static_cast<size_t>(roi)];
        cpu::kernels()->roi.backward({d_out.const_data_ptr<float>() + roi * bins * C, picture, gradient.size(2), C,
                                      first, std::min(cpu::kRoiChannels, C - first), w.y.bins(), w.x.bins()});
      }
    }
  });
  return gradients;
}

}  // namespace itpn::ops
