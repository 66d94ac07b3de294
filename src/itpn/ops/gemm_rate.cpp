#include "itpn/ops/gemm_rate.h"

#include <ATen/DeviceAccelerator.h>
#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>

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
// An accelerator is only busy with products that are large, and queued one behind the other.
constexpr std::array<Shape, 2> kAcceleratorShapes = {Shape{4096, 4096, 4096}, {8192, 8192, 8192}};
constexpr int64_t kQueued = 8;

// Of one product, on the average over `seconds` and at least one.
double seconds_of(const std::function<void()>& product, const torch::Device& device, double seconds) {
  const auto run = [&](int64_t count) {
    for (int64_t i = 0; i < count; ++i) product();
    if (!device.is_cpu()) at::accelerator::synchronizeDevice(device.index());
  };
  const int64_t at_once = device.is_cpu() ? 1 : kQueued;
  run(1);
  const Stopwatch watch;
  int64_t count = 0;
  do {
    run(at_once);
    count += at_once;
  } while (watch.seconds() < seconds);
  return watch.seconds() / static_cast<double>(count);
}

}  // namespace

GemmRate measure_gemm_rate(at::ScalarType dtype, const torch::Device& device, const GemmTime& time) {
  const torch::NoGradGuard no_grad;
  const std::span<const Shape> shapes = device.is_cpu() ? std::span<const Shape>(kShapes) : kAcceleratorShapes;
  GemmRate best;
  for (const Shape& s : shapes) {
    // Without instructions for bf16 a product takes a hundred times as long as in fp32, and a larger one is no faster.
    if (best.gflops > 0.0 && s.gflop() / best.gflops > time.longest) break;
    const at::TensorOptions options = at::device(device).dtype(dtype);
    const at::Tensor x = torch::randn({s.m, s.k}, options), weight = torch::randn({s.n, s.k}, options);
    const double seconds = std::min(seconds_of([&] { at::mm(x, weight.t()); }, device, time.each),
                                    seconds_of([&] { ops::forward_product(x, weight); }, device, time.each));
    if (s.gflop() / seconds > best.gflops) best = {s.gflop() / seconds, fmt::format("{}x{}x{}", s.m, s.k, s.n)};
  }
  return best;
}

}  // namespace itpn
