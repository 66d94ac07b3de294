// Loaders as the tables [data] and [train] of a recipe ask for them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "itpn/data/data_config.h"
#include "itpn/data/loader.h"
#include "itpn/engine/distributed_environment.h"
#include "itpn/engine/run_config.h"
#include "itpn/engine/train_state.h"

namespace itpn {

// Where training goes on.
struct LoaderStart {
  LoaderPosition position;
  std::vector<Reordering> reorderings;
  std::string bad_list;  // file that lists bad samples
};
LoaderStart loader_start(const Progress& progress, const TrainConfig& train, const std::string& bad_list);

// Which micro-batches this process takes (train.rank).
BatchShare batch_share(const TrainConfig& train);

// What a table [data] says of a loader, whatever the pictures are used for.
struct LoaderResources {
  int64_t workers = 0;
  int64_t prefetch_mib = 512;
  double max_bad_fraction = 0.0;
};
template <class Data>
LoaderResources loader_resources(const Data& data) {
  return {data.workers, data.prefetch_mib, data.max_bad_fraction};
}

// For the micro-batches of this process (train.rank) in shuffled order from start.position on, for ever.
LoaderConfig training_loader_config(const LoaderResources& resources, const TrainConfig& train,
                                    const LoaderStart& start);
// For one pass in order over `pictures`, of which each process takes its share of the batches.
LoaderConfig evaluation_loader_config(const LoaderResources& resources, int64_t pictures, int64_t batch_size,
                                      const ProcessPlace& place);

// Random crops and flips.
std::shared_ptr<const PictureTransform> train_transform(const DataConfig& data);

// The micro-batches of this process (train.rank) in shuffled order from `start` on, for ever.
std::unique_ptr<Loader> training_loader(const DataConfig& data, const TrainConfig& train,
                                        std::shared_ptr<const Dataset> dataset,
                                        std::shared_ptr<const PictureTransform> transform, const LoaderStart& start);

// The next batch of a training_loader().
HostBatch next_training_batch(Loader& loader);

// Says at the end of a run how many different pictures were used though they are damaged; nothing where there is none.
void tell_damaged(const Loader& loader);

// One pass in order over the pictures, of which each process takes its share of the batches.
std::unique_ptr<Loader> evaluation_loader(const DataConfig& data, std::shared_ptr<const Dataset> dataset,
                                          std::shared_ptr<const PictureTransform> transform, int64_t batch_size,
                                          const ProcessPlace& place = {});

// The identity of the pictures, to notice on resume that they have changed.
DataFingerprint data_fingerprint(const DatasetFingerprint& print);
DataFingerprint data_fingerprint(const Dataset& dataset);

// Throws a usage error (exit 2) if the pictures do not fill one global batch; `where` names them.
void check_fills_a_batch(int64_t pictures, const std::string& where, int64_t global_batch_size);
void check_fills_a_batch(const DataConfig& data, const Dataset& dataset, int64_t global_batch_size);

}  // namespace itpn
