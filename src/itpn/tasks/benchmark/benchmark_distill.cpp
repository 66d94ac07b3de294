#include "itpn/tasks/benchmark/benchmark_distill.h"

#include <torch/torch.h>

#include "itpn/models/backbone/draws.h"
#include "itpn/models/mim/distill_model.h"
#include "itpn/nn/init.h"
#include "itpn/ops/to_device.h"
#include "itpn/tasks/inspect/model_cost.h"
#include "itpn/tasks/pretrain/clip_teacher.h"
#include "itpn/tasks/pretrain/distill_masks.h"
#include "itpn/tasks/pretrain/pretrain_model.h"

namespace itpn {
namespace {

PatchGrid grid_of(const PretrainConfig& recipe) { return patch_grid(recipe.data.image_size, recipe.model.patch_size); }

ClipVision random_tower(const PretrainConfig& recipe) {
  ClipVisionConfig sizes;
  const PatchGrid grid = grid_of(recipe);
  if (recipe.teacher.image_size == ImageSize(14 * grid.rows, 14 * grid.columns)) {
    sizes = {.patch_size = 14, .width = 1024, .depth = 24, .num_heads = 16, .mlp_width = 4096, .output_dim = 768};
  }
  sizes.grid = grid.longer();
  ClipVision tower(sizes);
  initialise_parameters(*tower, /*seed=*/0);
  return tower;
}

ClipTeacher teacher_of(const PretrainConfig& recipe, const torch::Device& device) {
  if (!recipe.teacher.weights.empty()) return {recipe.teacher, device};
  return {recipe.teacher, device, random_tower(recipe)};
}

DistillModel student_of(const PretrainConfig& recipe, int64_t teacher_dim, const torch::Device& device) {
  DistillModel model(distill_config_of(recipe, teacher_dim), /*seed=*/0);
  model->to(device);
  return model;
}

// Student, teacher and one batch.
class Pupil {
 public:
  Pupil(const DistillBenchmarkConfig& config, const Measured& measured)
      : teacher_(teacher_of(config.recipe, measured.device)),
        model_(student_of(config.recipe, teacher_.dim(), measured.device)),
        updater_(*model_, {AdamWConfig{}, weight_decay_groups(trainable_parameters(*model_), 0.05), measured.dtype,
                           /*accumulate=*/false}) {
    const auto on_device = [&](const torch::Tensor& host) { return ops::to_device(host, measured.device); };
    const PretrainConfig& recipe = config.recipe;
    const int64_t B = config.batch_size;
    const ImageSize& size = recipe.data.image_size;
    const PatchGrid grid = grid_of(recipe);
    teacher_.require_grid(grid);
    batch_.count = B;
    batch_.second_height = recipe.teacher.image_size.height;
    batch_.second_width = recipe.teacher.image_size.width;
    batch_.second_pixels.resize(static_cast<size_t>(B * batch_.second_height * batch_.second_width * 3));
    for (size_t i = 0; i < batch_.second_pixels.size(); ++i) batch_.second_pixels[i] = static_cast<uint8_t>(i * 31);
    DrawKey key;
    for (int64_t i = 0; i < B; ++i) key.positions.push_back(static_cast<uint64_t>(i));
    const torch::Tensor hidden = draw_hidden(key, recipe.mask, grid.rows, grid.columns);
    input_.images = torch::randn({B, 3, size.height, size.width}, measured.device);
    input_.is_hidden = on_device(hidden);
    input_.hidden_rows = on_device(rows_of_hidden(hidden));
    if (recipe.model.drop_path > 0.0) {
      input_.drop_path_draws = on_device(drop_path_draws(key, model_->drop_path_sites()));
    }
  }

  // One step; returns its loss.
  double step(PhaseClock& clock) {
    input_.targets = teacher_.targets(batch_);
    clock.end("teacher");
    return finish_training_step(model_->forward(input_).loss, updater_, clock, [] {});
  }

  // Floating-point operations of a picture, in thousand millions; the backward pass costs two products for each of the
  // forward pass, the teacher has none.
  double gflop(const PretrainConfig& recipe) const {
    const PictureGrid picture{grid_of(recipe)};
    const Preset preset = resolve_model(recipe.model, recipe.data.image_size);
    return 2e-9 * (3 * distillation_cost(preset, picture, teacher_.dim()).macs() +
                   clip_tower_cost(teacher_.sizes(), picture).macs());
  }

 private:
  ClipTeacher teacher_;
  DistillModel model_;
  ParameterUpdater updater_;
  HostBatch batch_;
  DistillInput input_;
};

}  // namespace

ModelSpeed benchmark_distill(const DistillBenchmarkConfig& given) {
  DistillBenchmarkConfig config = given;
  config.preset = config.recipe.model.preset;
  config.image_size = config.recipe.data.image_size;
  config.precision = config.recipe.train.precision;
  config.recipe.teacher.cache_dir.clear();
  const Measured measured = prepare_measurement(config);
  Pupil pupil(config, measured);
  ModelSpeed speed =
      measure_speed(config, measured, pupil.gflop(config.recipe), [&](PhaseClock& clock) { return pupil.step(clock); });
  speed.task = "pretrain (CLIP)";
  return speed;
}

}  // namespace itpn
