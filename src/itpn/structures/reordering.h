// Another order for the rest of an epoch.
#pragma once

#include <cstdint>

namespace itpn {

// From position `from` of `epoch` on, the samples that are left come in another order; `number` picks which.
struct Reordering {
  uint64_t epoch = 0;
  int64_t from = 0;
  int64_t number = 0;
  bool operator==(const Reordering&) const = default;
};

}  // namespace itpn
