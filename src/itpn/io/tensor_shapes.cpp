#include "itpn/io/tensor_shapes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "itpn/core/errors.h"

namespace itpn {

TensorShapes::TensorShapes(std::span<const TensorInfo> tensors, Complaint complaint)
    : complaint_(std::move(complaint)) {
  for (const TensorInfo& tensor : tensors) shapes_.emplace(tensor.name, &tensor.shape);
}

const std::vector<int64_t>& TensorShapes::at(const std::string& name, size_t axes) const {
  const auto found = shapes_.find(name);
  if (found == shapes_.end()) fail(fmt::format("it has no {}", name));
  const std::vector<int64_t>& shape = *found->second;
  const auto is_sound = [](int64_t side) { return side > 0 && side < (1 << 24); };
  if (shape.size() != axes || !std::all_of(shape.begin(), shape.end(), is_sound)) {
    fail(fmt::format("{} has shape {}, wanted {} axes", name, shape, axes));
  }
  return shape;
}

int64_t TensorShapes::count(const std::string& prefix, const std::string& suffix, int64_t first) const {
  int64_t n = 0;
  while (has(prefix + std::to_string(first + n) + suffix)) ++n;
  return n;
}

double TensorShapes::ratio(const std::string& name) const {
  const std::vector<int64_t>& shape = at(name, 2);
  return static_cast<double>(shape[0]) / static_cast<double>(shape[1]);
}

void TensorShapes::fail(const std::string& what) const { throw checkpoint_error(complaint_(what)); }

}  // namespace itpn
