// The pyramid as a detector sees it: maps at strides 4 to 64 (spec-model 3.1).
// Axes: B image, N patch, F width of the pyramid, h, w cells of a map; a level has n x n sub-tokens per patch.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace itpn {

// Of the maps, finest first, for patches of that size: a quarter, half, once, twice and four times a patch.
std::vector<int64_t> detection_strides(int64_t patch_size);

// One level as a map: (B, N, n, n, F) of a grid with `columns` patches in a row -> (B, F, h, w), channels last in
// memory.
at::Tensor tokens_to_map(const at::Tensor& level, int64_t columns);

// Levels as the pyramid gives them, coarse to fine -> maps from fine to coarse, with two more below the coarsest by 2 x
// 2 averages (an odd row or column is left out; one that is the
// only one stays).
std::vector<at::Tensor> detection_maps(const std::vector<at::Tensor>& levels, int64_t columns);

}  // namespace itpn
