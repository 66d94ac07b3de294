#include "itpn/core/parallel_for.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace itpn {
namespace {

TEST(ForEachParallel, DoesEachPieceOnce) {
  for (const int64_t threads : {0, 1, 2, 5, 200}) {
    std::vector<std::atomic<int>> done(100);
    for_each_parallel(100, threads, [&](int64_t i) { ++done[static_cast<size_t>(i)]; });
    for (const auto& count : done) EXPECT_EQ(count, 1);
  }
  for_each_parallel(0, 2, [](int64_t) { FAIL(); });
}

TEST(ForEachParallel, ThrowsTheFirstFailureWhateverTheThreads) {
  for (int round = 0; round < 20; ++round) {
    try {
      for_each_parallel(64, 4, [](int64_t i) {
        if (i % 8 == 5) throw std::runtime_error(std::to_string(i));
      });
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "5");
    }
  }
}

}  // namespace
}  // namespace itpn
