#include "itpn/tasks/benchmark_pretrain.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <torch/torch.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>

#include "itpn/core/stopwatch.h"
#include "itpn/engine/precision.h"
#include "itpn/models/mim/mim_model.h"
#include "itpn/nn/weight_dtype.h"
#include "itpn/optim/adamw.h"
#include "itpn/optim/ema.h"
#include "itpn/optim/grad_norm.h"
#include "itpn/tasks/gemm_rate.h"
#include "itpn/tasks/model_cost.h"

namespace itpn {
namespace {

constexpr double kMomentum = 0.996;
constexpr UpdateStep kUpdate = {.learning_rate = 1e-4};

Preset preset_of(const PretrainBenchmarkConfig& config) {
  ModelConfig model;
  model.preset = config.preset;
  return resolve_model(model, config.image_size);
}

MimConfig model_config(const PretrainBenchmarkConfig& config) {
  const Preset preset = preset_of(config);
  MimConfig result;
  result.backbone = preset.backbone;
  result.pyramid = preset.pyramid;
  result.decoder = preset.decoder;
  result.mfm.enabled = config.mfm;
  return result;
}

// A model with everything that updates it, and one batch.
class Trainee {
 public:
  Trainee(const PretrainBenchmarkConfig& config, at::ScalarType dtype)
      : model_(model_config(config), /*seed=*/0), weights_(*model_) {
    cast_matmul_weights(*model_, dtype);
    optimiser_ = std::make_unique<AdamW>(weights_, weight_decay_groups(weights_.trainable(), 0.05), AdamWConfig{});
    if (Teacher teacher = model_->teacher()) follow(*teacher, dtype);
    const int64_t side = config.image_size / model_->config.backbone.patch_size;
    input_.images = torch::randn({config.batch_size, 3, config.image_size, config.image_size});
    input_.noise = torch::rand({config.batch_size, side * side});
  }

  // Adds the seconds of one step to `phases`; returns the loss.
  double step(PhaseSeconds& phases) {
    Stopwatch watch;
    const at::Tensor loss = model_->forward(input_).loss;
    const double value = loss.item<double>();
    phases.forward += watch.restart();
    loss.backward();
    phases.backward += watch.restart();
    const std::vector<at::Tensor> gradients = optimiser_->model_gradients();
    TORCH_CHECK(std::isfinite(grad_norm(gradients).item<double>()), "the benchmark's gradient is not finite");
    phases.norm += watch.restart();
    optimiser_->step(gradients, kUpdate);
    update_ema(averages_, kMomentum);
    model_->zero_grad(/*set_to_none=*/true);
    phases.update += watch.restart();
    return value;
  }

 private:
  void follow(torch::nn::Module& teacher, at::ScalarType dtype) {
    const MasterWeights averages(teacher);
    cast_matmul_weights(teacher, dtype);
    for (const MasterWeight& average : averages.weights()) {
      averages_.push_back(
          {weights_.at(average.name).master, average.master, average.is_rounded() ? average.parameter : at::Tensor()});
    }
  }

  MimModel model_;
  MasterWeights weights_;
  std::unique_ptr<AdamW> optimiser_;
  std::vector<EmaEntry> averages_;
  MimInput input_;
};

double process_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

int64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<int64_t>(usage.ru_maxrss) * 1024;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

PhaseSeconds per_step(const PhaseSeconds& sum, double steps) {
  return {sum.forward / steps, sum.backward / steps, sum.norm / steps, sum.update / steps};
}

}  // namespace

double pretraining_gflop(const PretrainBenchmarkConfig& config) {
  const Preset preset = preset_of(config);
  const int64_t side = config.image_size / preset.backbone.patch_size;
  const double visible = 1.0 - MaskConfig{}.ratio;
  // The backward pass costs two products for each of the forward pass.
  return 3 * 2e-9 * pretraining_cost(preset, {.rows = side, .columns = side, .visible_share = visible}).macs();
}

PretrainBenchmark benchmark_pretrain(const PretrainBenchmarkConfig& config) {
  TrainConfig numerics;
  numerics.threads = config.threads;
  configure_numerics(numerics, torch::kCPU);
  const at::ScalarType dtype = compute_type(config.precision, torch::kCPU);
  PretrainBenchmark result;
  result.config = config;
  result.config.threads = at::get_num_threads();
  result.image_gflop = pretraining_gflop(config);

  Trainee trainee(config, dtype);
  PhaseSeconds warmup, phases;
  for (int64_t i = 0; i < config.warmup_steps; ++i) trainee.step(warmup);
  std::vector<double> speeds, rates, fractions;
  double busy = 0.0, wall = 0.0;
  GemmRate before = measure_gemm_rate(dtype);
  for (int64_t window = 0; window < config.windows; ++window) {
    const Stopwatch watch;
    const double cpu = process_seconds();
    for (int64_t i = 0; i < config.steps; ++i) result.last_loss = trainee.step(phases);
    const double seconds = watch.seconds();
    busy += process_seconds() - cpu;
    wall += seconds;
    const GemmRate after = measure_gemm_rate(dtype);
    speeds.push_back(static_cast<double>(config.batch_size * config.steps) / seconds);
    rates.push_back((before.gflops + after.gflops) / 2);  // of the machine as it was around the steps
    fractions.push_back(speeds.back() * result.image_gflop / rates.back());
    before = after;
  }
  result.gemm_shape = before.shape;
  result.images_per_second = median(speeds);
  result.worst = *std::min_element(speeds.begin(), speeds.end());
  result.best = *std::max_element(speeds.begin(), speeds.end());
  result.gemm_gflops = median(rates);
  result.fraction_of_gemm_ceiling = median(fractions);
  result.cpu_use = busy / wall;
  result.phases = per_step(phases, static_cast<double>(config.steps * config.windows));
  result.peak_rss_bytes = peak_rss_bytes();
  return result;
}

std::string to_json(const PretrainBenchmark& r) {
  const double total = r.phases.total();
  return nlohmann::ordered_json{{"benchmark", "pretrain"},
                                {"preset", r.config.preset},
                                {"precision", r.config.precision},
                                {"batch_size", r.config.batch_size},
                                {"image_size", r.config.image_size},
                                {"threads", r.config.threads},
                                {"mfm", r.config.mfm},
                                {"images_per_second", r.images_per_second},
                                {"worst", r.worst},
                                {"best", r.best},
                                {"gemm_gflops", r.gemm_gflops},
                                {"gemm_shape", r.gemm_shape},
                                {"gflop_per_image", r.image_gflop},
                                {"fraction_of_gemm_ceiling", r.fraction_of_gemm_ceiling},
                                {"cpu_use", r.cpu_use},
                                {"step_seconds", total},
                                {"phase_share",
                                 {{"forward", r.phases.forward / total},
                                  {"backward", r.phases.backward / total},
                                  {"norm", r.phases.norm / total},
                                  {"update", r.phases.update / total}}},
                                {"peak_rss_mb", static_cast<double>(r.peak_rss_bytes) / 1e6},
                                {"last_loss", r.last_loss}}
      .dump();
}

std::string to_text(const PretrainBenchmark& r) {
  const double total = r.phases.total();
  return fmt::format(
      "{} {} batch {} at {} px, {} threads{}: {:.2f} images/s (windows {:.2f} to {:.2f})\n"
      "matrix products {:.0f} GFLOP/s ({}), {:.1f} GFLOP an image: {:.2f} of the ceiling\n"
      "step {:.3f} s: forward {:.0f} %, backward {:.0f} %, norm {:.0f} %, update {:.0f} %\n"
      "peak memory {:.2f} GB, {:.2f} cores busy\n",
      r.config.preset, r.config.precision, r.config.batch_size, r.config.image_size, r.config.threads,
      r.config.mfm ? ", with feature modelling" : "", r.images_per_second, r.worst, r.best, r.gemm_gflops, r.gemm_shape,
      r.image_gflop, r.fraction_of_gemm_ceiling, total, 100 * r.phases.forward / total, 100 * r.phases.backward / total,
      100 * r.phases.norm / total, 100 * r.phases.update / total, static_cast<double>(r.peak_rss_bytes) / 1e9,
      r.cpu_use);
}

}  // namespace itpn
