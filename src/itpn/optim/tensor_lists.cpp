#include "itpn/optim/tensor_lists.h"

#include <torch/torch.h>

#include <algorithm>

namespace itpn {

std::vector<std::vector<at::Tensor>> by_type(const std::vector<at::Tensor>& tensors) {
  std::vector<std::vector<at::Tensor>> lists;
  for (const at::Tensor& tensor : tensors) {
    const auto own = std::find_if(lists.begin(), lists.end(), [&](const std::vector<at::Tensor>& list) {
      return list.front().scalar_type() == tensor.scalar_type();
    });
    if (own == lists.end()) {
      lists.push_back({tensor});
    } else {
      own->push_back(tensor);
    }
  }
  return lists;
}

std::vector<at::Tensor> in_single_precision(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> copies;
  for (const at::Tensor& tensor : tensors) copies.push_back(torch::empty_like(tensor, torch::kFloat32));
  // A list copies fast only from one type to one other.
  for (const std::vector<at::Tensor>& list : by_type(tensors)) {
    std::vector<at::Tensor> into;
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (tensors[i].scalar_type() == list.front().scalar_type()) into.push_back(copies[i]);
    }
    at::_foreach_copy_(into, list);
  }
  return copies;
}

void RoundedCopies::add(const at::Tensor& copy, const at::Tensor& exact) {
  if (copy.scalar_type() == exact.scalar_type()) return;
  copies_.push_back(copy);
  exact_.push_back(exact);
}

void RoundedCopies::write() const {
  if (!copies_.empty()) at::_foreach_copy_(copies_, exact_);
}

}  // namespace itpn
