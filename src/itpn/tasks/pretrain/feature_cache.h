// A teacher's features on the disk, for recipes that show it the same crops again and again.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <span>
#include <string>

namespace itpn {

// One file for each picture as the teacher sees it, below a folder for each teacher. Safe to share between processes:
// files are written beside their place and renamed into it.
class FeatureCache {
 public:
  // `teacher` names everything that the features depend on besides the picture.
  FeatureCache(const std::string& directory, const std::string& teacher);
  // The place of a picture with these pixels.
  std::string place_of(std::span<const uint8_t> pixels) const;
  // (N, T) fp32, or nothing where the file is absent or not of that shape.
  std::optional<at::Tensor> find(const std::string& place, at::IntArrayRef shape) const;
  // Writes (N, T) fp32. A disk that refuses is told once in the log and not asked again.
  void store(const std::string& place, const at::Tensor& features);

 private:
  std::string folder_;
  bool is_writable_ = true;
};

}  // namespace itpn
