// What the readers of the formats have in common: a list of tensors, and the bytes of each.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "itpn/io/tensor_info.h"

namespace itpn {

enum class WeightsFormat { kSafetensors, kPthZip, kPthLegacy, kTorchScript };

// "safetensors", ".pth (zip)", ".pth (older container)", "TorchScript".
const char* format_name(WeightsFormat format);

struct SourceTensor {
  TensorInfo info;    // the full name, "model.blocks.0.norm1.weight"
  std::string group;  // the key of the file's outermost dictionary it lies under, "model"; empty: directly in it
};

// Values of one class that a file holds beside its tensors and that are not read.
struct LeftOutValues {
  size_t count = 0;
  std::string first;  // where one of them is, printable: "meta.best_accuracy"
};

class WeightsSource {
 public:
  virtual ~WeightsSource() = default;
  virtual WeightsFormat format() const = 0;
  virtual const std::vector<SourceTensor>& tensors() const = 0;
  // Texts (UTF-8) that the file holds beside its tensors: {"epoch", "399"}, {"args.lr", "0.0024"}.
  virtual const std::map<std::string, std::string>& metadata() const = 0;
  // By class, "numpy.core.multiarray.scalar".
  virtual std::map<std::string, LeftOutValues> left_out() const { return {}; }
  // Tensor `index` row by row without gaps; `into` has exactly its bytes. Throws a checkpoint error (exit 4) where they
  // are damaged. One thread at a time.
  virtual void read(size_t index, std::span<std::byte> into) = 0;
};

}  // namespace itpn
