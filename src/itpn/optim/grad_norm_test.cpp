#include "itpn/optim/grad_norm.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>

namespace itpn {
namespace {

double norm_of(const std::vector<at::Tensor>& gradients) { return grad_norm(gradients).item<double>(); }

TEST(GradNorm, OfThreeAndFourIsFive) {
  EXPECT_DOUBLE_EQ(norm_of({torch::tensor({3.0F}), at::Tensor(), torch::tensor({4.0F})}), 5.0);
}

TEST(GradNorm, AgreesWithTensorOperationsAtAnyLengthAndType) {
  for (const auto dtype : {torch::kFloat, torch::kBFloat16}) {
    for (const int64_t length : {1, 15, 16, 31, 33, 511, 513, 32767, 32769, 100001}) {
      const at::Tensor x = torch::randn({length}).to(dtype);
      const double expected = x.to(torch::kDouble).norm().item<double>();
      EXPECT_NEAR(norm_of({x}), expected, 1e-6 * expected) << length;
    }
  }
}

TEST(GradNorm, IsTheSameForAnyNumberOfThreads) {
  const at::Tensor x = torch::randn({300000});
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const double alone = norm_of({x, x.slice(0, 0, 777)});
  at::set_num_threads(threads);
  EXPECT_EQ(norm_of({x, x.slice(0, 0, 777)}), alone);
}

TEST(GradNorm, OfATransposedTensorIsThatOfTheTensor) {
  const at::Tensor x = torch::randn({30, 50});
  EXPECT_NEAR(norm_of({x.t()}), norm_of({x}), 1e-5);
}

TEST(GradNorm, OfSeveralTypesIsThatOfAllEntries) {
  const at::Tensor half = torch::randn({40, 3}).to(torch::kHalf), full = torch::randn({77});
  const at::Tensor all = torch::cat({half.flatten().to(torch::kDouble), full.to(torch::kDouble)});
  const double expected = all.norm().item<double>();
  EXPECT_NEAR(norm_of({half, full, half.slice(0, 0, 0)}), expected, 1e-6 * expected);
}

TEST(GradNorm, IsNotFiniteWhereOneEntryIsNot) {
  at::Tensor x = torch::ones({1000}, torch::kBFloat16);
  x[777] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(norm_of({x})));
  x[777] = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isinf(norm_of({x})));
}

TEST(ClipFactor, ShrinksOnlyWhatIsTooLong) {
  EXPECT_DOUBLE_EQ(clip_factor(0.5, 1.0), 1.0);
  EXPECT_NEAR(clip_factor(4.0, 1.0), 0.25, 1e-6);
  EXPECT_DOUBLE_EQ(clip_factor(4.0, 0.0), 1.0);
}

}  // namespace
}  // namespace itpn
