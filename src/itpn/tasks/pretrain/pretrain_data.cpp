#include "itpn/tasks/pretrain/pretrain_data.h"

#include <algorithm>

#include "itpn/data/datasets/synthetic_scene.h"
#include "itpn/data/open_dataset.h"
#include "itpn/data/transforms/pair_transform.h"
#include "itpn/engine/distributed.h"
#include "itpn/tasks/run/loaders.h"

namespace itpn {
namespace {

constexpr int64_t kPretrainEvaluationBatch = 32;

}  // namespace

std::shared_ptr<const PictureTransform> pretraining_transform(const PretrainConfig& config) {
  const bool has_teacher = config.pretrain.has_clip_teacher();
  if (!has_teacher && config.pretrain.color_jitter == 0.0) return train_transform(config.data);
  const DataConfig& data = config.data;
  PairOptions options;
  options.format = picture_format(data);
  options.second_size = has_teacher ? config.teacher.image_size : ImageSize(0);
  options.crop = crop_range(data);
  options.flip = data.flip;
  options.color_jitter = config.pretrain.color_jitter;
  return std::make_shared<PairTransform>(options);
}

std::shared_ptr<const PictureTransform> centred_transform(const PretrainConfig& config) {
  const PictureFormat format = picture_format(config.data);
  if (!config.pretrain.has_clip_teacher()) return make_evaluation_transform(format, config.preprocess);
  return std::make_shared<PairEvalTransform>(format, config.teacher.image_size,
                                             evaluation_crop_share(format.size, config.preprocess),
                                             filter_named(config.preprocess.interpolation));
}

ValidationData::ValidationData(const PretrainConfig& config) : config_(config) {
  if (config.data.val_path.empty()) return;
  OpenDatasetOptions options;
  options.synthetic_seed = kHeldOutSyntheticSet;
  dataset_ = open_dataset(config.data, config.data.val_path, options);
}

double ValidationData::mean_loss(ProcessGroup& group, const std::function<double(const HostBatch&)>& loss) const {
  const auto loader =
      evaluation_loader(config_.data, dataset_, centred_transform(config_), kPretrainEvaluationBatch, group.place());
  double sum = 0.0, count = 0.0;
  while (const std::optional<HostBatch> batch = loader->next()) {
    sum += loss(*batch) * static_cast<double>(batch->count);
    count += static_cast<double>(batch->count);
  }
  const std::vector<double> all = group.sum(std::vector<double>{sum, count});
  return all[1] > 0.0 ? all[0] / all[1] : 0.0;
}

}  // namespace itpn
