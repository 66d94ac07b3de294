#include "itpn/tasks/classify/linprobe.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <utility>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/data/path_kind.h"
#include "itpn/data/sample_order.h"
#include "itpn/models/classification/classification_loss.h"
#include "itpn/ops/to_device.h"
#include "itpn/tasks/classify/classification_task.h"
#include "itpn/tasks/features/feature_set.h"
#include "itpn/tasks/run/loaders.h"
#include "itpn/tasks/run/recipe_checks.h"
#include "itpn/tasks/run/settle_batch.h"
#include "itpn/tasks/weights/starting_weights.h"

namespace itpn {
namespace {

constexpr int64_t kFeatureBatch = 64;

// This process's batches of positions in the order in which a loader would show the pictures.
class PositionSource {
 public:
  PositionSource(const TrainConfig& train, int64_t pictures, const Progress& start)
      : train_(train),
        pictures_(pictures),
        sequence_(pictures, batch_share(train)),
        reorderings_(start.reorderings),
        next_(loader_start(start, train, "").position) {}

  HostBatch next() {
    const BatchSpan span = sequence_.take(next_).value();  // epochs follow each other for ever
    HostBatch batch;
    batch.count = span.count;
    batch.epoch = span.epoch;
    const SampleOrder order(pictures_, static_cast<uint64_t>(train_.seed), batch.epoch, true, reorderings_);
    for (int64_t position = span.first; position < span.first + span.count; ++position) {
      batch.positions.push_back(static_cast<uint64_t>(position));
      batch.indices.push_back(order.index_at(position));
    }
    return batch;
  }

 private:
  TrainConfig train_;
  int64_t pictures_;
  BatchSequence sequence_;
  std::vector<Reordering> reorderings_;
  LoaderPosition next_;
};

Error no_init() { return usage_error("linear probing needs a pre-trained model: give --init CHECKPOINT"); }

class LinprobeTask : public ClassificationTask {
 public:
  LinprobeTask(const LinprobeConfig& config, const RunRequest& request)
      : ClassificationTask(config, request), config_(config) {}

  RunSettings settings() const override {
    return {"linprobe",         config_.model.preset, dump_config(config_), config_.train,
            config_.checkpoint, config_.log,          /*clip_grad=*/0.0,    following(config_.optim, config_.train)};
  }

  // The batch norm in front of the head takes its statistics from a micro-batch.
  std::vector<ConfigChange> changes_since(const Progress& saved) override {
    return classification_changes(saved, config_, /*sees_micro_batch=*/true);
  }

  // A run that goes on has its own; one that was stopped before its first checkpoint has none.
  void load_initial_weights() override {
    if (request().init.empty()) throw no_init();
    ClassificationTask::load_initial_weights();
  }

  HostBatch next_batch() override { return positions_ ? positions_->next() : ClassificationTask::next_batch(); }

  StepLosses losses_of(const HostBatch& batch) override {
    if (positions_) return forward_cached(batch);
    BackboneInput input;
    input.images = learner().images_of(batch);
    const torch::Tensor logits = learner().model()->forward(input).logits;
    return {label_smoothing_cross_entropy(logits, learner().labels_of(batch), 0.0), {}};
  }

 protected:
  ClassifierConfig classifier_config() const override {
    ClassifierConfig config = ClassificationTask::classifier_config();
    config.is_probe = true;
    return config;
  }

  void open_source(const RunServices& services, const Progress& start) override {
    if (!config_.probe.cache_features) return ClassificationTask::open_source(services, start);
    const auto loader =
        evaluation_loader(config_.data, data().train,
                          make_evaluation_transform(picture_format(config_.data), config_.preprocess), kFeatureBatch);
    const auto features_of = [this](const HostBatch& batch) { return learner().features(batch); };
    cached_ = extract_features(*loader, features_of, Unreadable::kReplace, "features");
    log::info(fmt::format("features of {} training pictures are in memory ({:.1f} MiB)", cached_.size(),
                          static_cast<double>(cached_.features.nbytes()) / (1 << 20)));
    positions_.emplace(config_.train, cached_.size(), start);
  }

  void complete(ClassificationLearnerConfig* learner) const override {
    learner->optimizer = LarsConfig{config_.optim.momentum, config_.optim.trust_coefficient};
    learner->groups = [decay = config_.optim.weight_decay](const NamedParameters& trainable) {
      return weight_decay_groups(trainable, decay);
    };
  }

 private:
  StepLosses forward_cached(const HostBatch& batch) {
    const torch::Tensor rows = torch::tensor(batch.indices, torch::kInt64);
    ProbeHead head = learner().model()->probe_head;
    const torch::Device device = head->linear->weight.device();
    const auto chosen = [&](const torch::Tensor& of) { return ops::to_device(of.index_select(0, rows), device); };
    const torch::Tensor logits = head->forward(chosen(cached_.features));
    return {label_smoothing_cross_entropy(logits, chosen(cached_.labels), 0.0), {}};
  }

  LinprobeConfig config_;
  FeatureSet cached_;
  std::optional<PositionSource> positions_;  // with cached features
};

}  // namespace

LinprobeConfig load_linprobe_config(const std::string& recipe, const std::vector<std::string>& overrides) {
  return load_training_recipe<LinprobeConfig>(recipe, overrides);
}

void check_linprobe_config(const LinprobeConfig& config) {
  check_classification_config(config);
  if (config.train.global_batch_size > 0 && config.train.micro_batch() < 2) {
    throw usage_error(
        fmt::format("train.micro_batch_size = {}: linear probing takes statistics over the pictures of a forward pass "
                    "and wants at least 2 of them",
                    config.train.micro_batch()));
  }
}

ClassificationResult linprobe(const LinprobeRequest& request) {
  return with_training_group(request.config.distributed, request.config.train, [&](ProcessGroup& group) {
    LinprobeConfig config = shared_out(request.config, group);
    check_linprobe_config(config);
    settle_source(posix_fs(), &config.data);
    if (request.run.init.empty() && request.run.resume.empty()) throw no_init();
    settle_batch(config.data, kUsualLinprobeBatch, &config.train);
    check_linprobe_config(config);
    settle_model(&config, request.run);
    LinprobeTask task(config, request.run);
    const RunResult run = train(task, request.run, group);
    return ClassificationResult{run, task.validation(), task.best()};
  });
}

}  // namespace itpn
