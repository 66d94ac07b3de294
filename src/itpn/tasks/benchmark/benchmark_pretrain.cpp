#include "itpn/tasks/benchmark/benchmark_pretrain.h"

#include <torch/torch.h>

#include <optional>

#include "itpn/engine/parameter_updater.h"
#include "itpn/engine/weight_average.h"
#include "itpn/models/mim/mim_model.h"
#include "itpn/tasks/inspect/model_cost.h"

namespace itpn {
namespace {

constexpr double kMomentum = 0.996;

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
class PretrainTrainee {
 public:
  PretrainTrainee(const PretrainBenchmarkConfig& config, const Measured& measured)
      : model_(model_on(measured.device, config)), updater_(*model_, updater_config(*model_, measured.dtype)) {
    if (Teacher teacher = model_->teacher()) teacher_.emplace(*teacher, *model_, updater_.weights(), measured.dtype);
    input_.images =
        torch::randn({config.batch_size, 3, config.image_size.height, config.image_size.width}, measured.device);
    input_.noise = torch::rand({config.batch_size, model_->config.backbone.patches().count()}, measured.device);
  }

  // One step; returns its loss.
  double step(PhaseClock& clock) {
    const at::Tensor loss = model_->forward(input_).loss;
    return finish_training_step(loss, updater_, clock, [this] {
      if (teacher_) teacher_->update(kMomentum);
    });
  }

 private:
  static MimModel model_on(const torch::Device& device, const PretrainBenchmarkConfig& config) {
    MimModel model(model_config(config), /*seed=*/0);
    model->to(device);
    return model;
  }

  static UpdaterConfig updater_config(const torch::nn::Module& model, at::ScalarType dtype) {
    return {AdamWConfig{}, weight_decay_groups(trainable_parameters(model), 0.05), dtype, /*accumulate=*/false};
  }

  MimModel model_;
  ParameterUpdater updater_;
  std::optional<WeightAverage> teacher_;
  MimInput input_;
};

}  // namespace

double pretraining_gflop(const PretrainBenchmarkConfig& config) {
  const Preset preset = preset_of(config);
  const double visible = 1.0 - MaskConfig{}.ratio;
  // The backward pass costs two products for each of the forward pass.
  return 3 * 2e-9 * pretraining_cost(preset, {preset.backbone.patches(), visible}).macs();
}

ModelSpeed benchmark_pretrain(const PretrainBenchmarkConfig& config) {
  const Measured measured = prepare_measurement(config);
  PretrainTrainee trainee(config, measured);
  ModelSpeed speed = measure_speed(config, measured, pretraining_gflop(config),
                                   [&](PhaseClock& clock) { return trainee.step(clock); });
  speed.task = "pretrain";
  speed.options = {{"mfm", config.mfm ? 1.0 : 0.0}};
  return speed;
}

}  // namespace itpn
