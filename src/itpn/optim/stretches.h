// Many tensors cut into stretches of bounded length, so that one parallel loop serves all of them evenly. The cuts
// depend on sizes alone: results that are added up by stretch are the same for any number of threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace itpn {

struct Stretch {
  size_t tensor;
  int64_t begin;
  int64_t count;
};

// Covers tensors with these numbers of entries, in order.
std::vector<Stretch> cut_into_stretches(const std::vector<int64_t>& sizes);

// Calls body(i, stretches[i]) for each stretch, on all threads.
void for_each_stretch(const std::vector<Stretch>& stretches, const std::function<void(size_t, const Stretch&)>& body);

// May raw loops over fp32 memory and `dtype` replace tensor operations on `tensor`?
bool is_plain_cpu(const at::Tensor& tensor, at::ScalarType dtype);

}  // namespace itpn
