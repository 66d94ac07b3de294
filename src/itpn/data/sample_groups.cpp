#include "itpn/data/sample_groups.h"

#include <map>
#include <utility>

namespace itpn {

SampleGroups::SampleGroups(std::span<const int32_t> group_of) : samples_(static_cast<int64_t>(group_of.size())) {
  std::map<int32_t, std::vector<int64_t>> by_number;
  for (size_t i = 0; i < group_of.size(); ++i) by_number[group_of[i]].push_back(static_cast<int64_t>(i));
  for (auto& [number, members] : by_number) members_.push_back(std::move(members));
}

}  // namespace itpn
