// The memory of the batches that a loader holds, counted as their samples take it.
#pragma once

#include <cstdint>

namespace itpn {

// Sizes of samples may be known only once they are made: until then each counts as much as those made so far did on
// average. So the limit is exceeded by no more than what the samples in work turn out larger.
class PrefetchBudget {
 public:
  explicit PrefetchBudget(int64_t limit) : limit_(limit) {}
  // Whether `bytes` and one more sample fit.
  bool has_room_for(int64_t bytes) const {
    return held_ + bytes + (in_work_ + 1) * (made_ > 0 ? made_bytes_ / made_ : 0) <= limit_;
  }
  void hold(int64_t bytes) { held_ += bytes; }
  void release(int64_t bytes) { held_ -= bytes; }
  void begin_sample() { ++in_work_; }
  // The sample takes `bytes` more than was held for it.
  void end_sample(int64_t bytes) {
    --in_work_;
    ++made_;
    made_bytes_ += bytes;
    held_ += bytes;
  }

 private:
  int64_t limit_;
  int64_t held_ = 0;
  int64_t in_work_ = 0;
  int64_t made_ = 0;
  int64_t made_bytes_ = 0;
};

}  // namespace itpn
