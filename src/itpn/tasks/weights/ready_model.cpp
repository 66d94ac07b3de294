#include "itpn/tasks/weights/ready_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/engine/device.h"
#include "itpn/engine/distributed_environment.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/precision.h"
#include "itpn/models/backbone/weight_rules.h"
#include "itpn/models/detection/detector.h"
#include "itpn/nn/weight_dtype.h"
#include "itpn/ops/images_to_device.h"

namespace itpn {
namespace {

// Tokens of a level as a map. `image` tells the size of the picture in patches.
// (B, L, s, s, F) -> (B, F, rows * s, columns * s)
torch::Tensor as_map(const torch::Tensor& level, int64_t rows, int64_t columns) {
  const int64_t B = level.size(0), S = level.size(2), F = level.size(4);
  return level.reshape({B, rows, columns, S, S, F}).permute({0, 5, 1, 3, 2, 4}).reshape({B, F, rows * S, columns * S});
}

}  // namespace

ReadyModel::ReadyModel(const ModelRequest& request) : ReadyModel(find_model(request), request) {}

ReadyModel::ReadyModel(ModelSource source, const ModelRequest& request)
    : source_(std::move(source)),
      limit_(limit_of(request.max_megapixels)),
      precision_(request.precision),
      device_(select_device(request.device, process_place().local_rank)) {
  TrainConfig numerics;
  configure_numerics(numerics, device_);
  if (request.image_size) source_.card.pictures.image_size = *request.image_size;
  require_readable_channels(source_.card.model, source_.path);
}

std::shared_ptr<const PictureTransform> ReadyModel::transform() const {
  DecodeOptions reading = decode_options(source_.card.reading);
  reading.limit = limit_;
  return make_evaluation_transform({image_size(), source_.card.model.in_channels, reading}, source_.card.preprocess);
}

BackboneConfig ReadyModel::backbone() const {
  if (!source_.detector) return resolve_model(source_.card.model, image_size()).backbone;
  BackboneConfig config = source_.detector->backbone;
  config.image_size = image_size();
  return config;
}

void ReadyModel::load_into(torch::nn::Module& model, const LoadRules& rules) const {
  log_report(load_weights(posix_fs(), source_.weights, named_weights(model), rules, {source_.key}));
  model.eval();
  model.to(device_);
  const torch::ScalarType type = compute_type(precision_, device_);
  if (type != torch::kFloat32) cast_matmul_weights(model, type);
}

torch::Tensor ReadyModel::images_of(const HostBatch& batch) const {
  return ops::images_to_device(batch, {source_.card.pictures.mean, source_.card.pictures.std}, device_);
}

ReadyBackbone::ReadyBackbone(const ModelRequest& request) : ReadyModel(request) {
  model_ = Itpn(backbone(), source().pyramid);
  load_into(*model_, source().detector ? detection_weight_rules() : dense_weight_rules({}));
}

torch::Tensor ReadyBackbone::pooled(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  BackboneInput input;
  input.images = images_of(batch);
  return model_->backbone.forward(input).u3.mean(1).to(torch::kFloat32);
}

torch::Tensor ReadyBackbone::level(const HostBatch& batch, const std::string& name) {
  const std::vector<std::string> names = level_names();  // finest first, as the pyramid's are coarsest first
  const auto found = std::find(names.rbegin(), names.rend(), name);
  if (found == names.rend()) {
    throw usage_error(fmt::format("{}: no level {}; there is {}, pooled", source().path, name, fmt::join(names, ", ")));
  }
  const torch::NoGradGuard no_grad;
  BackboneInput input;
  input.images = images_of(batch);
  const int64_t patch = source().card.model.patch_size;
  return as_map(model_->forward(input)[static_cast<size_t>(found - names.rbegin())], batch.height / patch,
                batch.width / patch)
      .to(torch::kFloat32);
}

std::vector<std::string> ReadyBackbone::level_names() const {
  const std::vector<std::string> all = {"p2", "p3", "p4"};
  return {all.end() - source().pyramid.num_outs, all.end()};
}

int64_t ReadyBackbone::stride_of(const std::string& level) const {
  const int64_t patch = source().card.model.patch_size;
  return level == "p2" ? patch / 4 : level == "p3" ? patch / 2 : patch;
}

}  // namespace itpn
