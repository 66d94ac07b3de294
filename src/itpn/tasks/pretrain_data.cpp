#include "itpn/tasks/pretrain_data.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/core/errors.h"
#include "itpn/data/open_dataset.h"

namespace itpn {
namespace {

constexpr int64_t kEvaluationBatch = 32;
constexpr uint64_t kHeldOutSyntheticSet = 1;

std::string name_of(const DataConfig& data) { return data.source == "synthetic" ? "the synthetic set" : data.path; }

}  // namespace

std::shared_ptr<const Dataset> open_training_data(const PretrainConfig& config) {
  std::shared_ptr<const Dataset> dataset = open_dataset(config.data, config.data.path);
  const int64_t wanted = config.train.global_batch_size;
  if (dataset->size() < wanted) {
    throw usage_error(fmt::format("train.global_batch_size = {} is more than the {} pictures of {}; take at most {}",
                                  wanted, dataset->size(), name_of(config.data), dataset->size()));
  }
  return dataset;
}

std::unique_ptr<Loader> make_training_loader(const PretrainConfig& config, std::shared_ptr<const Dataset> dataset,
                                             const LoaderPosition& start, const std::string& bad_list) {
  const DataConfig& data = config.data;
  const auto size = static_cast<int>(data.image_size);
  const CropRange range{data.crop_scale[0], data.crop_scale[1], data.crop_ratio[0], data.crop_ratio[1]};
  LoaderConfig loader;
  loader.batch_size = config.train.micro_batch();
  loader.global_batch_size = config.train.global_batch_size;
  loader.seed = static_cast<uint64_t>(config.train.seed);
  loader.threads = loader_threads(data.workers);
  loader.prefetch_bytes = data.prefetch_mib << 20;
  loader.bad = {data.max_bad_fraction, bad_list};
  return std::make_unique<Loader>(std::move(dataset), std::make_shared<TrainTransform>(size, size, range, data.flip),
                                  loader, start);
}

DataFingerprint data_fingerprint(const Dataset& dataset) {
  const DatasetFingerprint print = fingerprint(dataset);
  return {print.count, fmt::format("{}-{}", print.total_bytes, print.names_hash)};
}

std::unique_ptr<Loader> make_evaluation_loader(const PretrainConfig& config, std::shared_ptr<const Dataset> dataset,
                                               int64_t batch_size) {
  const auto size = static_cast<int>(config.data.image_size);
  LoaderConfig loader;
  loader.batch_size = batch_size;
  loader.seed = static_cast<uint64_t>(config.train.seed);
  loader.is_shuffled = false;
  loader.threads = loader_threads(config.data.workers);
  loader.prefetch_bytes = config.data.prefetch_mib << 20;
  loader.bad.max_fraction = config.data.max_bad_fraction;
  return std::make_unique<Loader>(
      std::move(dataset), std::make_shared<EvalTransform>(size, size, EvalTransform::default_crop_share(size)), loader);
}

ValidationData::ValidationData(const PretrainConfig& config) : config_(config) {
  if (config.data.val_path.empty()) return;
  OpenDatasetOptions options;
  options.synthetic_seed = kHeldOutSyntheticSet;
  dataset_ = open_dataset(config.data, config.data.val_path, options);
}

double ValidationData::mean_loss(const std::function<double(const HostBatch&)>& loss) const {
  const auto loader = make_evaluation_loader(config_, dataset_, std::min(kEvaluationBatch, dataset_->size()));
  double sum = 0.0;
  int64_t count = 0;
  while (const std::optional<HostBatch> batch = loader->next()) {
    sum += loss(*batch) * static_cast<double>(batch->count);
    count += batch->count;
  }
  return count > 0 ? sum / static_cast<double>(count) : 0.0;
}

}  // namespace itpn
