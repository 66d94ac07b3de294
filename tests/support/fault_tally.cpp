#include "fault_tally.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <utility>

namespace itpn::test {
namespace {

int failed_parts() {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  int failed = 0;
  for (int i = 0; i < test->result()->total_part_count(); ++i) failed += test->result()->GetTestPartResult(i).failed();
  return failed;
}

}  // namespace

int64_t fault_count(int64_t few, int64_t full) {
  const char* share = std::getenv("ITPN_FAULTS");
  if (!share || !*share) return few;
  return std::max(few, static_cast<int64_t>(std::llround(std::atof(share) * static_cast<double>(full))));
}

FaultTally::FaultTally(std::string goal, std::string what)
    : goal_(std::move(goal)), what_(std::move(what)), failures_before_(failed_parts()) {}

void FaultTally::count(int64_t trials) {
  trials_ += trials;
  const int failures = failed_parts();
  if (failures > failures_before_) lost_ += trials;
  failures_before_ = failures;
}

FaultTally::~FaultTally() {
  if (failed_parts() > failures_before_) lost_ = std::max<int64_t>(lost_, 1);  // in a trial that was not ended
  const double seconds = watch_.seconds();
  std::cout << fmt::format("faults [{}]: {}: {} injected, {} lost, {:.1f} s{}{}\n", goal_, what_, trials_, lost_,
                           seconds, remark_.empty() ? "" : "; ", remark_)
            << std::flush;
  const char* report = std::getenv("ITPN_FAULT_REPORT");
  if (!report || !*report) return;
  std::ofstream(report, std::ios::app) << fmt::format("{}\t{}\t{}\t{}\t{:.1f}\t{}\n", goal_, what_, trials_, lost_,
                                                      seconds, remark_);
}

}  // namespace itpn::test
