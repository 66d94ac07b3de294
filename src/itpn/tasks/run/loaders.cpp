#include "itpn/tasks/run/loaders.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/core/words.h"
#include "itpn/data/augment_config.h"

namespace itpn {
namespace {

// Processes of one machine share its cores.
int64_t threads_of(int64_t workers) {
  const ProcessPlace place = process_place();
  return loader_threads(workers > 0 || place.local_processes == 1 ? workers : cores_of(place));
}

}  // namespace

LoaderStart loader_start(const Progress& progress, const TrainConfig& train, const std::string& bad_list) {
  return {{static_cast<uint64_t>(progress.epoch), progress.step_in_epoch * train.global_batch_size},
          progress.reorderings,
          bad_list};
}

BatchShare batch_share(const TrainConfig& train) {
  return {train.micro_batch(), train.global_batch_size, train.rank, train.processes};
}

std::shared_ptr<const PictureTransform> train_transform(const DataConfig& data) {
  return std::make_shared<TrainTransform>(picture_format(data), crop_range(data), data.flip);
}

LoaderConfig training_loader_config(const LoaderResources& resources, const TrainConfig& train,
                                    const LoaderStart& start) {
  LoaderConfig loader;
  static_cast<BatchShare&>(loader) = batch_share(train);
  loader.seed = static_cast<uint64_t>(train.seed);
  loader.threads = threads_of(resources.workers);
  loader.prefetch_bytes = resources.prefetch_mib << 20;
  loader.bad = {resources.max_bad_fraction, start.bad_list};
  loader.reorderings = start.reorderings;
  return loader;
}

LoaderConfig evaluation_loader_config(const LoaderResources& resources, int64_t pictures, int64_t batch_size,
                                      const ProcessPlace& place) {
  LoaderConfig loader;
  loader.batch_size = std::min(batch_size, pictures);
  loader.rank = place.rank;
  loader.world_size = place.processes;
  loader.is_shuffled = false;
  loader.threads = threads_of(resources.workers);
  loader.prefetch_bytes = resources.prefetch_mib << 20;
  loader.bad.max_fraction = resources.max_bad_fraction;
  return loader;
}

std::unique_ptr<Loader> training_loader(const DataConfig& data, const TrainConfig& train,
                                        std::shared_ptr<const Dataset> dataset,
                                        std::shared_ptr<const PictureTransform> transform, const LoaderStart& start) {
  return std::make_unique<Loader>(std::move(dataset), std::move(transform),
                                  training_loader_config(loader_resources(data), train, start), start.position);
}

HostBatch next_training_batch(Loader& loader) {
  std::optional<HostBatch> batch = loader.next();
  TORCH_CHECK(batch, "the training loader ended");
  return std::move(*batch);
}

void tell_damaged(const Loader& loader) {
  const int64_t count = loader.bad_samples().damaged();
  if (count == 0) return;
  log::warning(fmt::format("{} used though damaged; data.damaged = \"skip\" takes others in their place",
                           count_of(count, "picture was", "pictures were")));
}

std::unique_ptr<Loader> evaluation_loader(const DataConfig& data, std::shared_ptr<const Dataset> dataset,
                                          std::shared_ptr<const PictureTransform> transform, int64_t batch_size,
                                          const ProcessPlace& place) {
  const LoaderConfig loader = evaluation_loader_config(loader_resources(data), dataset->size(), batch_size, place);
  return std::make_unique<Loader>(std::move(dataset), std::move(transform), loader);
}

DataFingerprint data_fingerprint(const DatasetFingerprint& print) {
  return {print.count, fmt::format("{}-{}", print.total_bytes, print.names_hash)};
}

DataFingerprint data_fingerprint(const Dataset& dataset) { return data_fingerprint(fingerprint(dataset)); }

void check_fills_a_batch(int64_t pictures, const std::string& where, int64_t global_batch_size) {
  if (pictures >= global_batch_size) return;
  throw usage_error(fmt::format("train.global_batch_size = {} is more than the {} of {}; take at most {}",
                                global_batch_size, count_of(pictures, "picture"), where, pictures));
}

void check_fills_a_batch(const DataConfig& data, const Dataset& dataset, int64_t global_batch_size) {
  check_fills_a_batch(dataset.size(), data.source == "synthetic" ? "the synthetic set" : data.path, global_batch_size);
}

}  // namespace itpn
