// The account of one kind of fault: how often it was injected, and in how many of those trials something was lost.
#pragma once

#include <cstdint>
#include <string>

#include "itpn/core/stopwatch.h"

namespace itpn::test {

// How often to inject: `few` in `make test`; in `make faults` the share ITPN_FAULTS of `full`, the number that
// reliability.md asks for (1 = all of it), and at least `few`.
int64_t fault_count(int64_t few, int64_t full);

// Belongs to one gtest test. Prints one line at the end, and appends it to the file ITPN_FAULT_REPORT if that is set:
// goal, what was injected, trials, trials with a failed expectation, seconds, remark, separated by tabs.
class FaultTally {
 public:
  // `goal`: the number in brackets of docs/reliability.md, or "-".
  FaultTally(std::string goal, std::string what);
  ~FaultTally();
  FaultTally(const FaultTally&) = delete;
  FaultTally& operator=(const FaultTally&) = delete;

  // `trials` trials are over. They are lost if the test has had a new failure since the last call.
  void count(int64_t trials = 1);
  void set_remark(std::string remark) { remark_ = std::move(remark); }
  int64_t trials() const { return trials_; }

 private:
  std::string goal_, what_, remark_;
  int64_t trials_ = 0;
  int64_t lost_ = 0;
  int failures_before_ = 0;
  Stopwatch watch_;
};

}  // namespace itpn::test
