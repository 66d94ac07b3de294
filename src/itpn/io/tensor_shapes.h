// The shapes of the tensors of a file by name, to tell a model's sizes from.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "itpn/io/tensor_info.h"

namespace itpn {

// Refers to the tensors it is made from. What does not fit is a checkpoint error (exit 4).
class TensorShapes {
 public:
  // The whole message for what does not fit, which is to name the file and what was expected of it.
  using Complaint = std::function<std::string(const std::string& what)>;

  TensorShapes(std::span<const TensorInfo> tensors, Complaint complaint);

  bool has(const std::string& name) const { return shapes_.contains(name); }
  // The shape of a tensor that has to be there with this number of axes, each of 1 to 2^24 - 1.
  const std::vector<int64_t>& at(const std::string& name, size_t axes) const;
  // How many of PREFIX0SUFFIX, PREFIX1SUFFIX, ... there are from `first` on, without gaps.
  int64_t count(const std::string& prefix, const std::string& suffix, int64_t first = 0) const;
  // Rows over columns of a matrix.
  double ratio(const std::string& name) const;
  [[noreturn]] void fail(const std::string& what) const;

 private:
  Complaint complaint_;
  std::unordered_map<std::string, const std::vector<int64_t>*> shapes_;
};

}  // namespace itpn
