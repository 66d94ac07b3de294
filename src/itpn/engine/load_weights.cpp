#include "itpn/engine/load_weights.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <cmath>
#include <set>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/ops/resample_positions.h"

namespace itpn {
namespace {

std::vector<TensorInfo> infos_of(const NamedTensors& tensors) {
  std::vector<TensorInfo> infos;
  for (const auto& [name, tensor] : tensors) {
    infos.push_back({name, file_type(tensor.scalar_type()), tensor.sizes().vec(), 0, tensor.nbytes()});
  }
  return infos;
}

int64_t side_of(int64_t square) { return std::llround(std::sqrt(static_cast<double>(square))); }

// The file's tensor on the CPU, in the model's shape.
torch::Tensor fitted(const torch::Tensor& read, LoadAction action, const torch::Tensor& model) {
  switch (action) {
    case LoadAction::kCopy:
      return read;
    case LoadAction::kResizePositions: {
      const int64_t side = side_of(model.size(1));
      return ops::resample_positions_to_size(read.to(torch::kFloat32), side, side);
    }
    case LoadAction::kResizeBias:
      return ops::resample_bias_table(read.to(torch::kFloat32), (side_of(model.size(0)) + 1) / 2);
    case LoadAction::kSumChannels:
      return read.to(torch::kFloat32).sum(/*dim=*/1, /*keepdim=*/true);
    case LoadAction::kSpreadChannel:
      return read.to(torch::kFloat32).expand({-1, model.size(1), -1, -1}) / static_cast<double>(model.size(1));
  }
  return read;
}

// Borrows the bytes: the tensor keeps them and must not be written to, other names may have the same ones.
torch::Tensor as_tensor(const TensorInfo& info, const SharedBytes& bytes) {
  return torch::from_blob(
      const_cast<std::byte*>(bytes->data()), info.shape, [bytes](void*) {}, torch_type(info.dtype));
}

// All that the plan loads, in its order and in the shapes of the model.
std::vector<torch::Tensor> read_all(WeightsFile& file, const WeightsPath& source, const LoadPlan& plan,
                                    const NamedTensors& model) {
  WeightsReader reader(file, source);
  std::vector<torch::Tensor> ready;
  for (const PlannedLoad& load : plan.loads) {
    const TensorInfo& info = file.tensors()[load.file];
    ready.push_back(fitted(as_tensor(info, reader.read(info)), load.action, model[load.model].second));
  }
  return ready;
}

}  // namespace

LoadReport load_weights(Fs& fs, const std::string& path, const NamedTensors& model, const LoadRules& rules,
                        const WeightsFileOptions& options) {
  return load_weights(fs, find_weights(fs, path, options.key), model, rules, options);
}

LoadReport load_weights(Fs& fs, const WeightsPath& source, const NamedTensors& model, const LoadRules& rules,
                        const WeightsFileOptions& options) {
  WeightsFile file = open_weights(fs, source, options);
  const std::vector<TensorInfo> wanted = infos_of(model);
  std::set<std::string> names;
  for (const TensorInfo& info : wanted) names.insert(info.name);
  const std::string prefix = file.strip_prefix([&](const std::string& name) { return names.contains(name); });
  LoadPlan plan = plan_load(file.tensors(), wanted, rules);
  LoadReport& report = plan.report;
  report.path = file.path();
  report.format = format_name(file.format());
  report.key = file.key();
  report.prefix = prefix;
  report.left_out = file.left_out_lines();
  for (const TensorInfo& tensor : file.outside()) {
    report.absent.push_back({tensor.name, true, fmt::format("not part of \"{}\"", prefix)});
  }
  require_fit(report, rules);

  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> ready = read_all(file, source, plan, model);
  for (size_t i = 0; i < ready.size(); ++i) {
    torch::Tensor target = model[plan.loads[i].model].second;
    target.copy_(ready[i]);
  }
  return std::move(plan.report);
}

NamedTensors named_weights(const torch::nn::Module& module) {
  NamedTensors weights;
  for (const auto& parameter : module.named_parameters()) weights.emplace_back(parameter.key(), parameter.value());
  for (const auto& buffer : module.named_buffers()) weights.emplace_back(buffer.key(), buffer.value());
  return weights;
}

void log_report(const LoadReport& report) {
  for (const std::string& line : describe(report)) {
    line.starts_with("  unexpected") ? log::warning(line) : log::info(line);
  }
}

}  // namespace itpn
