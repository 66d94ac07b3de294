// A loader of batches of one kind: the scheduler with an assembler.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "itpn/data/batch_assembler.h"
#include "itpn/data/batch_draft.h"
#include "itpn/data/sample_scheduler.h"

namespace itpn {

// Hides the types of an assembler from the scheduler, and keeps batches whose memory can be used again.
template <BatchAssembler A>
class AssemblerDrafts final : public DraftSource {
 public:
  using Batch = typename A::Batch;

  explicit AssemblerDrafts(A assembler) : assembler_(std::move(assembler)) {}
  const SampleSet& samples() const override { return assembler_.samples(); }
  int64_t open_bytes(int64_t count) const override { return assembler_.open_bytes(count); }
  std::unique_ptr<BatchDraft> open(const BatchSpan& span) override {
    return std::make_unique<Draft>(assembler_, assembler_.open(span, take_spare()));
  }
  std::unique_ptr<DraftWorker> new_worker() const override { return std::make_unique<Worker>(); }

  // The batch of a draft of this source that is closed.
  static Batch batch_of(FinishedBatch finished) {
    Batch batch = std::move(*static_cast<Draft&>(*finished.draft).batch);
    static_cast<BatchHead&>(batch) = std::move(finished.head);
    return batch;
  }
  void keep_spare(Batch&& batch, size_t most) {
    const std::lock_guard lock(mutex_);
    if (spare_.size() < most) spare_.push_back(std::move(batch));
  }

 private:
  struct Worker final : DraftWorker {
    StageSeconds& seconds() override { return own.seconds; }
    typename A::Worker own;
  };

  struct Draft final : BatchDraft {
    Draft(const A& a, typename A::Draft d) : assembler(a), draft(std::move(d)) {}
    int64_t make(SampleRequest& sample, DraftWorker& worker) override {
      return assembler.make(draft, sample, static_cast<Worker&>(worker).own);
    }
    void close() override { batch.emplace(assembler.close(std::move(draft))); }

    const A& assembler;
    typename A::Draft draft;
    std::optional<Batch> batch;
  };

  Batch take_spare() {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) return {};
    Batch batch = std::move(spare_.back());
    spare_.pop_back();
    return batch;
  }

  const A assembler_;
  std::mutex mutex_;
  std::vector<Batch> spare_;
};

// See SampleScheduler for what each function promises.
template <BatchAssembler A>
class BatchLoader {
 public:
  using Batch = typename A::Batch;

  BatchLoader(A assembler, LoaderConfig config, LoaderPosition start = {})
      : drafts_(std::move(assembler)), scheduler_(drafts_, std::move(config), start) {}

  std::optional<Batch> next() {
    std::optional<FinishedBatch> finished = scheduler_.next();
    if (!finished) return std::nullopt;
    return AssemblerDrafts<A>::batch_of(std::move(*finished));
  }
  // Gives the memory of a batch back for the next ones. Optional.
  void recycle(Batch&& batch) { drafts_.keep_spare(std::move(batch), scheduler_.most_batches()); }
  LoaderPosition position() const { return scheduler_.position(); }
  int64_t batches_per_epoch() const { return scheduler_.batches_per_epoch(); }
  const BadSamples& bad_samples() const { return scheduler_.bad_samples(); }
  StageSeconds stage_seconds() const { return scheduler_.stage_seconds(); }
  double wait_seconds() const { return scheduler_.wait_seconds(); }

 private:
  AssemblerDrafts<A> drafts_;
  SampleScheduler scheduler_;  // last: its threads use the drafts
};

}  // namespace itpn
