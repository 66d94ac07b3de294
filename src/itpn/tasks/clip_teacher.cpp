#include "itpn/tasks/clip_teacher.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/sha256.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/precision.h"
#include "itpn/ops/images_to_device.h"

namespace itpn {
namespace {

void require_file(const std::string& path) {
  if (path.empty()) {
    throw usage_error(
        fmt::format("teacher.weights is not given: the file of the model whose features are learnt, "
                    "teacher.weights=FILE. {}",
                    clip_file_advice()));
  }
  if (!exists(posix_fs(), path)) {
    throw io_error(fmt::format("teacher.weights = {}: there is no such file. {}", path, clip_file_advice()));
  }
}

ClipFileLayout layout_of(const std::string& path) {
  const WeightsPath found = find_weights(posix_fs(), path, "");
  WeightsFile file(posix_fs(), found.path);
  file.strip_prefix(is_clip_vision_name);
  return find_clip_layout(file.tensors(), file.path());
}

}  // namespace

ClipVision load_clip_vision(const std::string& path) {
  require_file(path);
  const ClipFileLayout layout = layout_of(path);
  ClipVision tower(layout.sizes);
  for (torch::Tensor& parameter : tower->parameters()) parameter.requires_grad_(false);
  LoadRules rules;
  for (const char* others :
       {"text_*", "transformer.*", "token_embedding.*", "positional_embedding", "ln_final.*", "logit_scale",
        "text_model.*", "*position_ids", "input_resolution", "context_length", "vocab_size"}) {
    rules.expected.push_back({ExpectedAbsence::Side::kFileOnly, {others}, "not of the vision tower"});
  }
  load_weights(posix_fs(), path, named_as_in_file(*tower, layout), rules);
  tower->eval();
  return tower;
}

void identify_teacher(TeacherConfig* config) {
  require_file(config->weights);
  const std::string found = sha256_hex(read_file(posix_fs(), config->weights));
  if (!config->sha256.empty() && config->sha256 != found) {
    throw checkpoint_error(fmt::format("teacher.weights = {}: its SHA-256 is {}, teacher.sha256 wants {}",
                                       config->weights, found, config->sha256));
  }
  config->sha256 = found;
}

ClipTeacher::ClipTeacher(const TeacherConfig& config, const torch::Device& device)
    : config_(config), device_(device), tower_(load_clip_vision(config.weights)) {
  tower_->to(device);
  const torch::ScalarType type = compute_type(config.precision, device);
  if (type != torch::kFloat32) tower_->cast_matrices(type);
}

void ClipTeacher::require_grid(int64_t patches_per_side) const {
  const int64_t patch = tower_->config.patch_size;
  if (config_.image_size == patches_per_side * patch) return;
  throw usage_error(
      fmt::format("teacher.image_size = {}: the teacher's patches of {} pixels make {} x {} of them, the "
                  "student has {} x {}; take {}",
                  config_.image_size, patch, config_.image_size / patch, config_.image_size / patch, patches_per_side,
                  patches_per_side, patches_per_side * patch));
}

torch::Tensor ClipTeacher::targets(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor images = ops::second_images_to_device(batch, device_);
  return clip_targets(tower_->forward(clip_input(images, config_.halve_contrast)));
}

}  // namespace itpn
