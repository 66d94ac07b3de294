#include "itpn/tasks/benchmark/gemm_rate.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <functional>

#include "itpn/core/stopwatch.h"
#include "itpn/ops/products.h"

namespace itpn {
namespace {

struct Shape {
  int64_t m, k, n;
  double gflop() const { return 2e-9 * static_cast<double>(m * k * n); }
};
// The smallest first.
constexpr std::array<Shape, 4> kShapes = {
    Shape{392, 512, 1536}, {1568, 512, 2048}, {1568, 2048, 512}, {2048, 2048, 2048}};
constexpr double kSecondsEach = 0.12;
constexpr double kLongestProduct = 0.5;  // seconds

double seconds_of(const std::function<void()>& product) {
  product();
  const Stopwatch watch;
  int64_t count = 0;
  while (watch.seconds() < kSecondsEach) {
    product();
    ++count;
  }
  return watch.seconds() / static_cast<double>(count);
}

}  // namespace

GemmRate measure_gemm_rate(at::ScalarType dtype) {
  const torch::NoGradGuard no_grad;
  GemmRate best;
  for (const Shape& s : kShapes) {
    // Without instructions for bf16 a product takes a hundred times as long as in fp32, and a larger one is no faster.
    if (best.gflops > 0.0 && s.gflop() / best.gflops > kLongestProduct) break;
    const at::Tensor x = torch::randn({s.m, s.k}).to(dtype), weight = torch::randn({s.n, s.k}).to(dtype);
    const double seconds =
        std::min(seconds_of([&] { at::mm(x, weight.t()); }), seconds_of([&] { ops::forward_product(x, weight); }));
    if (s.gflop() / seconds > best.gflops) best = {s.gflop() / seconds, fmt::format("{}x{}x{}", s.m, s.k, s.n)};
  }
  return best;
}

}  // namespace itpn
