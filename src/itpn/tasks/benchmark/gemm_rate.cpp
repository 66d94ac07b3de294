#include "itpn/tasks/benchmark/gemm_rate.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>

#include "itpn/core/stopwatch.h"
#include "itpn/engine/device.h"
#include "itpn/ops/products.h"

namespace itpn {
namespace {

struct Shape {
  int64_t m, k, n;
  double gflop() const { return 2e-9 * static_cast<double>(m * k * n); }
};
// The smallest first; the last one is for accelerators, which the others do not fill.
constexpr std::array<Shape, 5> kShapes = {
    Shape{392, 512, 1536}, {1568, 512, 2048}, {1568, 2048, 512}, {2048, 2048, 2048}, {8192, 8192, 8192}};
constexpr double kSecondsEach = 0.12;
constexpr double kLongestProduct = 0.5;  // seconds

double seconds_of(const std::function<void()>& product, const at::Device& device) {
  const int64_t at_once = device.is_cpu() ? 1 : 8;  // an accelerator must not wait for the host between products
  product();
  synchronize(device);
  const Stopwatch watch;
  int64_t count = 0;
  while (watch.seconds() < kSecondsEach) {
    for (int64_t i = 0; i < at_once; ++i) product();
    synchronize(device);
    count += at_once;
  }
  return watch.seconds() / static_cast<double>(count);
}

}  // namespace

GemmRate measure_gemm_rate(at::ScalarType dtype, at::Device device) {
  const torch::NoGradGuard no_grad;
  GemmRate best;
  const auto options = torch::TensorOptions(device).dtype(dtype);
  const size_t shapes = device.is_cpu() ? kShapes.size() - 1 : kShapes.size();
  for (const Shape& s : std::span(kShapes).first(shapes)) {
    // Without instructions for bf16 a product takes a hundred times as long as in fp32, and a larger one is no faster.
    if (best.gflops > 0.0 && s.gflop() / best.gflops > kLongestProduct) break;
    const at::Tensor x = torch::randn({s.m, s.k}, options), weight = torch::randn({s.n, s.k}, options);
    const double seconds = std::min(seconds_of([&] { at::mm(x, weight.t()); }, device),
                                    seconds_of([&] { ops::forward_product(x, weight); }, device));
    if (s.gflop() / seconds > best.gflops) best = {s.gflop() / seconds, fmt::format("{}x{}x{}", s.m, s.k, s.n)};
  }
  return best;
}

}  // namespace itpn
