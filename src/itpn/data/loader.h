// Batches of training or evaluation pictures, made ahead by threads.
//
// What a batch contains is a pure function of (dataset, transform, seed, epoch, position): neither the number of
// threads, nor the memory for prefetching, nor where the loader was started changes a byte.
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
#include "itpn/data/sample_order.h"
#include "itpn/data/sample_producer.h"
#include "itpn/structures/host_batch.h"

namespace itpn {

struct LoaderConfig {
  int64_t batch_size = 1;  // pictures of a batch of this process
  // Pictures of one optimiser step of all processes, a multiple of batch_size * world_size: an epoch is cut to a
  // multiple of it, and epochs follow each other for ever. 0: one pass over all pictures, the last batch may be
  // smaller (evaluation).
  int64_t global_batch_size = 0;
  uint64_t seed = 0;
  bool is_shuffled = true;
  // The one global order is cut into batches; this process takes the batches rank, rank + world_size, ... So a batch
  // holds the same pictures whatever the number of processes.
  int64_t rank = 0;
  int64_t world_size = 1;
  int64_t threads = 0;                          // 0: pictures are made in next(), by its caller
  int64_t prefetch_bytes = int64_t{512} << 20;  // pixels of batches that are ready or in work; at least one batch
  BadSampleLimits bad;
  std::vector<Reordering> reorderings;
};

// Where an epoch stands: the global position of the next sample that any process takes.
struct LoaderPosition {
  uint64_t epoch = 0;
  int64_t position = 0;
  bool operator==(const LoaderPosition&) const = default;
};

// Samples of an epoch that is cut to whole global batches; throws data_error if there is not even one.
int64_t epoch_samples(int64_t dataset_size, int64_t global_batch_size);
// data.workers as a number of threads: 0 means one fewer than the cores, at least 1.
int64_t loader_threads(int64_t workers);

// `next` and everything else is called by one thread, the consumer.
class Loader {
 public:
  Loader(std::shared_ptr<const Dataset> dataset, std::shared_ptr<const PictureTransform> transform, LoaderConfig config,
         LoaderPosition start = {});
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // The next batch; nothing after the last one of a single pass. Throws what a thread threw (in the order of the
  // samples), and data_error when too many samples are bad.
  std::optional<HostBatch> next();
  // Gives the memory of a batch back for the next ones. Optional.
  void recycle(HostBatch&& batch);
  // Where a loader must start to go on after the batches handed out so far.
  LoaderPosition position() const;
  // Batches of an epoch of this process.
  int64_t batches_per_epoch() const;
  const BadSamples& bad_samples() const { return bad_samples_; }
  // Of all threads, for batches handed out so far or in work.
  StageSeconds stage_seconds() const;
  double wait_seconds() const { return wait_seconds_; }

 private:
  // One batch in work or ready.
  struct Slot {
    HostBatch batch;
    int64_t first = 0;                          // global position of its first sample
    int64_t claimed = 0;                        // samples that a thread has taken
    int64_t remaining = 0;                      // samples that are not done
    std::vector<std::vector<BadSample>> bad;    // by place in the batch
    std::vector<std::vector<EraseBox>> erased;  // by place in the batch
    std::vector<std::exception_ptr> failures;   // by place in the batch; empty if none
  };

  void work(const std::stop_token& stop) noexcept;
  void make_samples(const std::stop_token& stop);
  bool open_slot();
  bool can_claim();
  SampleOrder order_of(uint64_t epoch) const;
  void make_sample(Slot& slot, int64_t place, const SampleOrder& order, ProducerState& state);
  void make_batch_here();
  HostBatch hand_out();
  static void collect_erased(Slot& slot);
  void advance();
  int64_t batch_count_at(const LoaderPosition& at) const;

  SampleProducer producer_;
  LoaderConfig config_;
  BadSamples bad_samples_;
  int64_t epoch_samples_ = 0;
  size_t max_slots_ = 1;
  double wait_seconds_ = 0.0;
  LoaderPosition handed_out_;  // position after the last batch handed out

  mutable std::mutex mutex_;
  std::condition_variable_any can_work_;
  std::condition_variable is_ready_;
  std::deque<Slot> slots_;  // oldest first; a slot never moves while it is here
  LoaderPosition opened_;   // position after the last slot opened
  std::vector<HostBatch> spare_;
  StageSeconds seconds_;
  std::exception_ptr failure_;  // of a thread outside of any sample, such as no memory for a batch
  ProducerState own_state_;
  std::vector<std::jthread> threads_;  // last: joined before anything that they use goes
};

}  // namespace itpn
