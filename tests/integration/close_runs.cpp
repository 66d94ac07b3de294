#include "tests/integration/close_runs.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/integration/run_files.h"

namespace itpn::test {

void expect_close_losses(const std::string& run, const std::string& other, size_t steps) {
  for (const int column : {1, 2, 3}) {
    const auto a = logged(run, column), b = logged(other, column);
    ASSERT_EQ(a.size(), steps);
    ASSERT_EQ(b.size(), steps);
    for (size_t i = 0; i < steps; ++i) {
      EXPECT_NEAR(a[i], b[i], (column == 2 ? 1e-4 : 1e-5) * std::abs(a[i]))
          << "step " << i + 1 << ", column " << column;
    }
  }
}

void expect_close_weights(const std::string& run, const std::string& other, int step,
                          const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    const std::string path = "/checkpoints/step-" + std::to_string(step) + "/" + file;
    EXPECT_LT(largest_difference(run + path, other + path), 2e-3) << file;
  }
}

}  // namespace itpn::test
