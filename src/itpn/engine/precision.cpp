#include "itpn/engine/precision.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "itpn/core/errors.h"
#include "itpn/engine/distributed_environment.h"
#include "itpn/engine/host_memory.h"

namespace itpn {
namespace {

// 0: as LibTorch has them. Never more than it has by itself, which is one for each core that computes: a quota also
// counts the second thread of a core.
int64_t threads_for(const TrainConfig& config) {
  if (config.threads > 0) return config.threads;
  return std::min<int64_t>(fair_threads(process_place()), at::get_num_threads());
}

}  // namespace

void configure_numerics(const TrainConfig& config, const torch::Device& device) {
  if (const int64_t threads = threads_for(config); threads > 0) at::set_num_threads(static_cast<int>(threads));
  at::globalContext().setFloat32MatmulPrecision("highest");
  at::globalContext().setAllowTF32CuDNN(false);
  if (device.is_cpu()) {
    keep_freed_memory();
    return;
  }
  at::globalContext().setBenchmarkCuDNN(false);
  if (!config.deterministic) return;
  // Read when the first product runs. Not as a mere warning: attention takes its deterministic backward pass only where
  // the mode is strict. An operation without a deterministic kernel then throws; no model here has one. Filling fresh
  // memory with NaN, which the mode would add, costs a pass over every allocation and changes no result here.
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  at::globalContext().setDeterministicFillUninitializedMemory(false);
}

torch::ScalarType compute_type(const std::string& precision, const torch::Device& device) {
  if (precision == "bf16") return torch::kBFloat16;
  if (precision == "fp32") return torch::kFloat32;
  if (precision != "fp16")
    throw usage_error(fmt::format("train.precision = \"{}\": want fp32, bf16 or fp16", precision));
  if (device.is_cpu()) throw usage_error("train.precision = \"fp16\" needs a GPU; on the CPU use bf16 or fp32");
  return torch::kFloat16;
}

}  // namespace itpn
