// One term of a loss, as the logs show it.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace itpn {

struct NamedLoss {
  std::string name;
  at::Tensor value;  // scalar
};

}  // namespace itpn
