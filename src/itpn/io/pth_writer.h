// Writer of .pth files that torch.load(weights_only=True) of PyTorch 1.6 and later opens: the zip container, with a
// dictionary {"model": ordered dictionary of tensors} and, where there is any, {"metadata": dictionary of texts}.
#pragma once

#include <map>
#include <span>
#include <string>

#include "itpn/io/safetensors.h"

namespace itpn {

// Writes the whole file into `sink`, piece by piece; tensors in the order given, equal content gives equal files.
// Throws std::invalid_argument for names twice, or not UTF-8, and for bytes that do not fit dtype and shape.
void write_pth(const ByteSink& sink, std::span<const TensorBytes> tensors,
               const std::map<std::string, std::string>& metadata = {});

}  // namespace itpn
