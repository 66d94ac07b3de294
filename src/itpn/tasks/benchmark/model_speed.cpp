#include "itpn/tasks/benchmark/model_speed.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "itpn/core/median.h"
#include "itpn/engine/device.h"
#include "itpn/engine/precision.h"
#include "itpn/ops/gemm_rate.h"

namespace itpn {
namespace {

double process_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// What the windows of one measurement gave.
struct Windows {
  std::vector<double> speeds, rates, fractions;
  double busy = 0.0, wall = 0.0;
};

void summarise(const Windows& windows, const PhaseClock& clock, ModelSpeed& result) {
  result.images_per_second = median(windows.speeds);
  result.worst = *std::min_element(windows.speeds.begin(), windows.speeds.end());
  result.best = *std::max_element(windows.speeds.begin(), windows.speeds.end());
  result.gemm_gflops = median(windows.rates);
  result.fraction_of_gemm_ceiling = median(windows.fractions);
  result.cpu_use = windows.busy / windows.wall;
  result.step_seconds = windows.wall / static_cast<double>(result.config.steps * result.config.windows);
  for (const auto& phase : clock.phases()) result.phase_share.emplace_back(phase.name, phase.seconds / clock.total());
  result.peak_rss_bytes = peak_memory_bytes(torch::kCPU);
}

// The numbers of a step on an accelerator in one copy.
double finish_queued_step(const at::Tensor& loss, ParameterUpdater& updater, PhaseClock& clock,
                          const std::function<void()>& update_average) {
  loss.backward();
  const auto number = [](const at::Tensor& scalar) { return scalar.detach().to(torch::kDouble); };
  const at::Tensor host = torch::stack({number(loss), number(updater.gradient_norm())}).cpu();
  clock.end("forward, backward, norm");
  TORCH_CHECK(std::isfinite(host[1].item<double>()), "the benchmark's gradient is not finite");
  updater.apply({.learning_rate = 1e-4});
  update_average();
  clock.end("queueing the update");
  return host[0].item<double>();
}

void take_profile(const BenchmarkedStep& step, const Measured& measured, ModelSpeed& result) {
  PhaseClock unused;
  Profile profile(measured.device);
  for (int64_t i = 0; i < result.config.steps; ++i) step(unused);
  result.profile = profile.stop(result.config.profile);
}

nlohmann::ordered_json object_of(const std::vector<std::pair<std::string, double>>& numbers) {
  auto object = nlohmann::ordered_json::object();
  for (const auto& [name, value] : numbers) object[name] = value;
  return object;
}

}  // namespace

void PhaseClock::end(const std::string& phase) {
  const double seconds = watch_.restart();
  const auto known = std::find_if(phases_.begin(), phases_.end(), [&](const Phase& p) { return p.name == phase; });
  if (known == phases_.end()) {
    phases_.push_back({phase, seconds});
  } else {
    known->seconds += seconds;
  }
}

double PhaseClock::total() const {
  double sum = 0.0;
  for (const Phase& phase : phases_) sum += phase.seconds;
  return sum;
}

double finish_training_step(const at::Tensor& loss, ParameterUpdater& updater, PhaseClock& clock,
                            const std::function<void()>& update_average) {
  if (!loss.is_cpu()) return finish_queued_step(loss, updater, clock, update_average);
  const double value = loss.item<double>();
  clock.end("forward");
  loss.backward();
  clock.end("backward");
  TORCH_CHECK(std::isfinite(updater.gradient_norm().item<double>()), "the benchmark's gradient is not finite");
  clock.end("norm");
  updater.apply({.learning_rate = 1e-4});
  update_average();
  clock.end("update");
  return value;
}

Measured prepare_measurement(const SpeedConfig& config) {
  const torch::Device device = select_device(config.device);
  TrainConfig numerics;
  numerics.threads = config.threads;
  configure_numerics(numerics, device);
  return {device, compute_type(config.precision, device)};
}

ModelSpeed measure_speed(const SpeedConfig& config, const Measured& measured, double image_gflop,
                         const BenchmarkedStep& step) {
  ModelSpeed result;
  result.config = config;
  result.config.threads = at::get_num_threads();
  result.config.device = measured.device.str();
  result.image_gflop = image_gflop;
  PhaseClock warmup, clock;
  for (int64_t i = 0; i < config.warmup_steps; ++i) step(warmup);
  Windows windows;
  GemmRate before = measure_gemm_rate(measured.dtype, measured.device);
  for (int64_t window = 0; window < config.windows; ++window) {
    const Stopwatch watch;
    const double cpu = process_seconds();
    for (int64_t i = 0; i < config.steps; ++i) {
      clock.start();
      result.last_loss = step(clock);
    }
    synchronize(measured.device);
    const double seconds = watch.seconds();
    windows.busy += process_seconds() - cpu;
    windows.wall += seconds;
    const GemmRate after = measure_gemm_rate(measured.dtype, measured.device);
    windows.speeds.push_back(static_cast<double>(config.batch_size * config.steps) / seconds);
    windows.rates.push_back((before.gflops + after.gflops) / 2);  // of the machine as it was around the steps
    windows.fractions.push_back(windows.speeds.back() * image_gflop / windows.rates.back());
    before = after;
  }
  result.gemm_shape = before.shape;
  summarise(windows, clock, result);
  if (!measured.device.is_cpu()) result.peak_device_bytes = peak_memory_bytes(measured.device);
  if (!config.profile.empty()) take_profile(step, measured, result);
  return result;
}

std::string to_json(const ModelSpeed& r) {
  auto profile = nlohmann::ordered_json::array();
  for (const ProfileRow& row : r.profile) {
    profile.push_back({{"name", row.name}, {"calls", row.calls}, {"ms", row.milliseconds}, {"share", row.share}});
  }
  return nlohmann::ordered_json{{"benchmark", r.task},
                                {"preset", r.config.preset},
                                {"precision", r.config.precision},
                                {"device", r.config.device},
                                {"batch_size", r.config.batch_size},
                                {"image_size", r.config.image_size},
                                {"threads", r.config.threads},
                                {"options", object_of(r.options)},
                                {"images_per_second", r.images_per_second},
                                {"worst", r.worst},
                                {"best", r.best},
                                {"gemm_gflops", r.gemm_gflops},
                                {"gemm_shape", r.gemm_shape},
                                {"gflop_per_image", r.image_gflop},
                                {"fraction_of_gemm_ceiling", r.fraction_of_gemm_ceiling},
                                {"cpu_use", r.cpu_use},
                                {"step_seconds", r.step_seconds},
                                {"phase_share", object_of(r.phase_share)},
                                {"peak_rss_mb", static_cast<double>(r.peak_rss_bytes) / 1e6},
                                {"peak_device_mb", static_cast<double>(r.peak_device_bytes) / 1e6},
                                {"last_loss", r.last_loss},
                                {"profile", profile}}
      .dump();
}

std::string to_text(const ModelSpeed& r) {
  std::vector<std::string> phases, options;
  for (const auto& [name, share] : r.phase_share) phases.push_back(fmt::format("{} {:.0f} %", name, 100 * share));
  for (const auto& [name, value] : r.options) options.push_back(fmt::format(", {} {:g}", name, value));
  const bool is_on_cpu = r.config.device == "cpu";
  const std::string where = is_on_cpu ? fmt::format("{} threads", r.config.threads) : r.config.device;
  const int64_t memory = is_on_cpu ? r.peak_rss_bytes : r.peak_device_bytes;
  const std::string profile = r.profile.empty() ? "" : to_text(r.profile);
  return fmt::format(
      "{} {} {} batch {} at {} px, {}{}: {:.2f} images/s (windows {:.2f} to {:.2f})\n"
      "matrix products {:.0f} GFLOP/s ({}), {:.1f} GFLOP an image: {:.2f} of the ceiling\n"
      "step {:.3f} s: {}\n"
      "peak memory {:.2f} GB, {:.2f} cores busy\n{}",
      r.task, r.config.preset, r.config.precision, r.config.batch_size, to_text(r.config.image_size), where,
      fmt::join(options, ""), r.images_per_second, r.worst, r.best, r.gemm_gflops, r.gemm_shape, r.image_gflop,
      r.fraction_of_gemm_ceiling, r.step_seconds, fmt::join(phases, ", "), static_cast<double>(memory) / 1e9, r.cpu_use,
      profile);
}

}  // namespace itpn
