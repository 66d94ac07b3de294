#include "itpn/tasks/benchmark/benchmark_classifier.h"

#include <torch/torch.h>

#include <numeric>
#include <optional>

#include "itpn/engine/parameter_updater.h"
#include "itpn/engine/weight_average.h"
#include "itpn/models/backbone/draws.h"
#include "itpn/models/backbone/layer_ids.h"
#include "itpn/models/backbone/presets.h"
#include "itpn/models/classification/classification_loss.h"
#include "itpn/models/classification/classifier.h"
#include "itpn/nn/weight_dtype.h"
#include "itpn/ops/to_device.h"
#include "itpn/tasks/inspect/model_cost.h"

namespace itpn {
namespace {

constexpr int64_t kBenchmarkClasses = 1000;
constexpr double kLayerDecay = 0.6;
constexpr double kEmaDecay = 0.9999;

Preset preset_of(const ClassifierBenchmarkConfig& config) {
  ModelConfig model;
  model.preset = config.preset;
  model.relative_position_bias = config.relative_position_bias;
  model.layer_scale = config.layer_scale;
  model.drop_path = config.drop_path;
  return resolve_model(model, config.image_size);
}

Classifier make_model(const ClassifierBenchmarkConfig& config, const torch::Device& device) {
  Classifier model(ClassifierConfig{.backbone = preset_of(config).backbone, .num_classes = kBenchmarkClasses},
                   /*seed=*/0);
  model->to(device);
  return model;
}

torch::Tensor noise_images(const ClassifierBenchmarkConfig& config, const torch::Device& device) {
  return torch::randn({config.batch_size, 3, config.image_size.height, config.image_size.width}, device);
}

UpdaterConfig updater_config(const Classifier& model, at::ScalarType dtype) {
  constexpr LayerRule kRule = LayerRule::kClassification;
  const BackboneConfig& sizes = model->config.backbone;
  const auto scale = [&sizes](const std::string& name) {
    return layer_lr_scale(layer_id(name, sizes, kRule), kLayerDecay, sizes, kRule);
  };
  const LayerDecayConfig decay = {.weight_decay = 0.05, .spared = names_spared_from_decay(kRule), .lr_scale = scale};
  return {AdamWConfig{0.9, 0.999}, layer_decay_groups(trainable_parameters(*model), decay), dtype,
          /*accumulate=*/false};
}

// A classifier with everything that updates it, and one batch with mixed labels.
class ClassifierTrainee {
 public:
  ClassifierTrainee(const ClassifierBenchmarkConfig& config, const Measured& measured)
      : model_(make_model(config, measured.device)), updater_(*model_, updater_config(model_, measured.dtype)) {
    if (config.ema) {
      averaged_ = make_model(config, measured.device);
      average_.emplace(*averaged_, *model_, updater_.weights(), measured.dtype);
    }
    input_.images = noise_images(config, measured.device);
    targets_ = torch::rand({config.batch_size, kBenchmarkClasses}, measured.device).softmax(1);
    positions_.resize(static_cast<size_t>(config.batch_size));
    std::iota(positions_.begin(), positions_.end(), 0);
  }

  // One step; returns its loss.
  double step(PhaseClock& clock) {
    if (model_->config.backbone.drop_path > 0) {
      const torch::Tensor draws = drop_path_draws({0, epoch_++, positions_}, model_->backbone.drop_path_sites());
      input_.drop_path_draws = ops::to_device(draws, input_.images.device());
    }
    const at::Tensor logits = model_->forward(input_).logits.to(torch::kFloat32);
    const at::Tensor loss = soft_target_cross_entropy(logits, targets_);
    return finish_training_step(loss, updater_, clock, [this] {
      if (average_) average_->update(kEmaDecay);
    });
  }

 private:
  Classifier model_, averaged_{nullptr};
  ParameterUpdater updater_;
  std::optional<WeightAverage> average_;
  BackboneInput input_;
  torch::Tensor targets_;
  std::vector<uint64_t> positions_;
  uint64_t epoch_ = 0;
};

ModelSpeed labelled(ModelSpeed speed, const std::string& task, const ClassifierBenchmarkConfig& config) {
  speed.task = task;
  speed.options = {{"relative_position_bias", config.relative_position_bias ? 1.0 : 0.0},
                   {"layer_scale", config.layer_scale},
                   {"drop_path", config.drop_path},
                   {"ema", config.ema ? 1.0 : 0.0}};
  return speed;
}

}  // namespace

double classification_gflop(const ClassifierBenchmarkConfig& config) {
  const Preset preset = preset_of(config);
  return 2e-9 * classification_cost(preset, {preset.backbone.patches()}, kBenchmarkClasses).macs();
}

ModelSpeed benchmark_finetune(const ClassifierBenchmarkConfig& config) {
  const Measured measured = prepare_measurement(config);
  ClassifierTrainee trainee(config, measured);
  // The backward pass costs two products for each of the forward pass.
  const double gflop = 3 * classification_gflop(config);
  const auto step = [&](PhaseClock& clock) { return trainee.step(clock); };
  return labelled(measure_speed(config, measured, gflop, step), "finetune", config);
}

ModelSpeed benchmark_predict(const ClassifierBenchmarkConfig& config) {
  const Measured measured = prepare_measurement(config);
  Classifier model = make_model(config, measured.device);
  cast_matmul_weights(*model, measured.dtype);
  model->eval();
  BackboneInput input;
  input.images = noise_images(config, measured.device);
  const auto step = [&](PhaseClock& clock) {
    const torch::NoGradGuard no_grad;
    const double value = model->forward(input).logits.max().item<double>();
    clock.end("forward");
    return value;
  };
  return labelled(measure_speed(config, measured, classification_gflop(config), step), "predict", config);
}

}  // namespace itpn
