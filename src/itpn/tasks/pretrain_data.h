// The pictures of a pre-training recipe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "itpn/data/loader.h"
#include "itpn/engine/train_state.h"
#include "itpn/tasks/pretrain_config.h"

namespace itpn {

// Opens the training pictures and says how many there are; throws a data error (exit 3) where there is none, a usage
// error where they do not fill one global batch.
std::shared_ptr<const Dataset> open_training_data(const PretrainConfig& config);

// Batches of training crops from `start` on, for ever. Bad samples are listed in `bad_list`.
std::unique_ptr<Loader> make_training_loader(const PretrainConfig& config, std::shared_ptr<const Dataset> dataset,
                                             const LoaderPosition& start, const std::string& bad_list);

// One pass over all pictures in order, as centred crops.
std::unique_ptr<Loader> make_evaluation_loader(const PretrainConfig& config, std::shared_ptr<const Dataset> dataset,
                                               int64_t batch_size);

// The identity of the pictures, to notice on resume that they have changed.
DataFingerprint data_fingerprint(const Dataset& dataset);

// Held-out pictures with centred crops, always the same; empty where data.val_path is.
class ValidationData {
 public:
  explicit ValidationData(const PretrainConfig& config);
  bool is_empty() const { return dataset_ == nullptr; }
  const std::shared_ptr<const Dataset>& dataset() const { return dataset_; }
  // Mean over all pictures of `loss`, which gives the mean over a batch.
  double mean_loss(const std::function<double(const HostBatch&)>& loss) const;

 private:
  PretrainConfig config_;
  std::shared_ptr<const Dataset> dataset_;
};

}  // namespace itpn
