// Which samples may share a micro-batch, such as pictures of one orientation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace itpn {

class SampleGroups {
 public:
  // The group of each sample: any numbers. Samples of one number are a group; 8 bytes a sample are kept.
  explicit SampleGroups(std::span<const int32_t> group_of);
  int64_t samples() const { return samples_; }
  // Groups, none of them empty, in the order of their numbers.
  int64_t count() const { return static_cast<int64_t>(members_.size()); }
  // The indices of the samples of the group at this place, ascending.
  const std::vector<int64_t>& members(int64_t group) const { return members_.at(static_cast<size_t>(group)); }

 private:
  int64_t samples_;
  std::vector<std::vector<int64_t>> members_;
};

}  // namespace itpn
