#include "itpn/optim/ema.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace itpn {
namespace {

TEST(Ema, MovesTowardsTheValueAndRoundsInTheSamePass) {
  for (const int64_t length : {1, 16, 37, 70001}) {
    const at::Tensor value = torch::randn({length}), start = torch::randn({length});
    const EmaEntry entry = {value, start.clone(), torch::empty({length}, torch::kBFloat16)};
    update_ema({entry}, 0.9);
    const at::Tensor expected = start * 0.9 + value * 0.1;
    // Sums that nearly cancel keep the rounding of their terms, which are about 1.
    EXPECT_TRUE(entry.average.allclose(expected, 1e-6, 1e-6)) << length;
    EXPECT_TRUE(entry.rounded.equal(entry.average.to(torch::kBFloat16))) << length;
  }
}

TEST(Ema, RoundsToHalfPrecisionBesideOthers) {
  const at::Tensor value = torch::randn({9}), start = torch::randn({9});
  const EmaEntry half = {value, start.clone(), torch::empty({9}, torch::kHalf)}, full = {value, start.clone(), {}};
  update_ema({half, full}, 0.9);
  EXPECT_TRUE(half.average.allclose(full.average, 1e-6, 1e-7));
  EXPECT_TRUE(half.rounded.equal(half.average.to(torch::kHalf)));
}

TEST(Ema, OfANonContiguousValueIsTheSame) {
  const at::Tensor value = torch::randn({20, 30}), start = torch::randn({20, 30});
  const EmaEntry entry = {value.t().contiguous().t(), start.clone(), {}};
  update_ema({entry}, 0.5);
  EXPECT_TRUE(entry.average.allclose(start * 0.5 + value * 0.5, 1e-6, 1e-7));
}

TEST(Ema, CopiesIntegers) {
  const EmaEntry entry = {torch::arange(5), torch::zeros({5}, torch::kInt64), {}};
  update_ema({entry}, 0.9);
  EXPECT_TRUE(entry.average.equal(torch::arange(5)));
}

}  // namespace
}  // namespace itpn
