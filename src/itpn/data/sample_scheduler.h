// When, by whom and from which sample each place of each batch is filled: the order, threads, memory, substitutes for
// bad samples, positions, hand-out in order, resume. What a sample is, is the assembler's concern (batch_assembler.h).
//
// What a batch contains is a pure function of (sample set, assembler, seed, epoch, position): neither the number of
// threads, nor the memory for prefetching, nor where the scheduler was started changes a byte.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "itpn/data/bad_samples.h"
#include "itpn/data/batch_draft.h"
#include "itpn/data/batch_sequence.h"
#include "itpn/data/prefetch_budget.h"
#include "itpn/data/sample_groups.h"
#include "itpn/data/sample_order.h"

namespace itpn {

struct LoaderConfig : BatchShare {
  uint64_t seed = 0;
  bool is_shuffled = true;
  int64_t threads = 0;  // 0: samples are made in next(), by its caller
  // Memory of batches that are ready or in work, as their samples take it. There is always at least one batch, and
  // where the size of a sample is known only once it is made, those in work may exceed the limit, one a thread.
  int64_t prefetch_bytes = int64_t{512} << 20;
  BadSampleLimits bad;
  std::vector<Reordering> reorderings;
  // Each batch is of one of these groups (grouped_order.h). Null: the samples have no groups. Training only.
  std::shared_ptr<const SampleGroups> groups;
  // So many samples in a row of the global order are of one group; 0: those of one batch. Where the batches that all
  // processes work on at the same time count as one: batch_size * world_size.
  int64_t group_run = 0;
};

// A batch that is closed.
struct FinishedBatch {
  std::unique_ptr<BatchDraft> draft;
  BatchHead head;
};

// `next` and everything else is called by one thread, the consumer.
class SampleScheduler {
 public:
  // `source` must outlive the scheduler.
  SampleScheduler(DraftSource& source, LoaderConfig config, const LoaderPosition& start);
  ~SampleScheduler();
  SampleScheduler(const SampleScheduler&) = delete;
  SampleScheduler& operator=(const SampleScheduler&) = delete;

  // The next batch; nothing after the last one of a single pass. Throws what a thread threw (in the order of the
  // samples), and data_error when too many samples are bad.
  std::optional<FinishedBatch> next();
  // Where a scheduler must start to go on after the batches handed out so far.
  const LoaderPosition& position() const { return handed_out_; }
  // Batches of an epoch of this process.
  int64_t batches_per_epoch() const { return sequence_.batches_left({0, 0}); }
  const BadSamples& bad_samples() const { return bad_samples_; }
  // Of all threads, for batches handed out so far or in work.
  StageSeconds stage_seconds() const;
  double wait_seconds() const { return wait_seconds_; }
  // The largest number of batches that were ready or in work at once.
  size_t most_batches() const;

 private:
  // One batch in work or ready.
  struct Slot {
    FinishedBatch batch;
    std::shared_ptr<const EpochOrder> order;
    int64_t claimed = 0;                      // samples that a thread has taken
    int64_t remaining = 0;                    // samples that are not done
    int64_t bytes = 0;                        // memory that is known to be taken
    bool is_ready = false;                    // closed, or failed
    std::vector<std::vector<BadSample>> bad;  // by place in the batch
    std::vector<std::string> damage;          // by place in the batch, of the sample that is there
    // By place in the batch, and that of closing it; empty if none.
    std::vector<std::exception_ptr> failures;
  };

  void work(const std::stop_token& stop) noexcept;
  void make_samples(const std::stop_token& stop);
  bool wait_for_batch();
  bool make_batch_here();
  bool can_claim();
  bool open_slot();
  std::shared_ptr<const EpochOrder> order_of(uint64_t epoch) const;
  int64_t try_samples(Slot& slot, int64_t place, DraftWorker& worker) const;
  int64_t make_sample(Slot& slot, int64_t place, DraftWorker& worker) const;
  static void close(Slot& slot);
  void settle(Slot& slot);
  FinishedBatch hand_out();

  DraftSource& source_;
  const SampleSet& samples_;
  LoaderConfig config_;
  BadSamples bad_samples_;
  BatchSequence sequence_;
  double wait_seconds_ = 0.0;
  LoaderPosition handed_out_;  // position after the last batch handed out

  mutable std::mutex mutex_;
  std::condition_variable_any can_work_;
  std::condition_variable is_ready_;
  std::deque<Slot> slots_;  // oldest first; a slot never moves while it is here
  LoaderPosition opened_;   // position after the last slot opened
  uint64_t order_epoch_ = 0;
  std::shared_ptr<const EpochOrder> order_;  // of order_epoch_
  size_t most_batches_ = 0;
  PrefetchBudget budget_;  // of all slots
  StageSeconds seconds_;
  std::exception_ptr failure_;               // of a thread outside of any sample, such as no memory for a batch
  std::unique_ptr<DraftWorker> own_worker_;  // of the consumer
  std::vector<std::jthread> threads_;        // last: joined before anything that they use goes
};

}  // namespace itpn
