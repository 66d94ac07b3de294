// What every batch says of itself, whatever its samples are made of.
#pragma once

#include <cstdint>
#include <vector>

namespace itpn {

struct BatchHead {
  int64_t count = 0;  // samples
  uint64_t epoch = 0;
  std::vector<uint64_t> positions;  // (count), global sample position within the epoch
  std::vector<int64_t> indices;     // (count), which sample of the dataset it is
  std::vector<int64_t> replaced;    // places in the batch whose own sample could not be used: another one is there
  double wait_seconds = 0.0;        // time that the consumer waited for this batch
};

}  // namespace itpn
