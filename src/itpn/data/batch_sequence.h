// Which batches of the one global order a process takes. Arithmetic only: no dataset, no thread.
#pragma once

#include <cstdint>
#include <optional>

namespace itpn {

struct BatchShare {
  int64_t batch_size = 1;  // pictures of a batch of this process
  // Pictures of one optimiser step of all processes, a multiple of batch_size * world_size: an epoch is cut to a
  // multiple of it, and epochs follow each other for ever. 0: one pass over all pictures, the last batch may be
  // smaller (evaluation).
  int64_t global_batch_size = 0;
  // The one global order is cut into batches; this process takes the batches rank, rank + world_size, ... So a batch
  // holds the same pictures whatever the number of processes.
  int64_t rank = 0;
  int64_t world_size = 1;
};

// Where an epoch stands: the global position of the next sample that any process takes.
struct LoaderPosition {
  uint64_t epoch = 0;
  int64_t position = 0;
  bool operator==(const LoaderPosition&) const = default;
};

// One batch of one process.
struct BatchSpan {
  uint64_t epoch = 0;
  int64_t first = 0;  // global position of its first sample
  int64_t count = 0;
};

// Samples of an epoch that is cut to whole global batches; throws data_error if there is not even one.
int64_t epoch_samples(int64_t dataset_size, int64_t global_batch_size);

class BatchSequence {
 public:
  // Throws std::invalid_argument for a share that makes no sense, usage_error where the global batch is not a multiple
  // of what the processes take at once, data_error where the samples do not fill one global batch.
  BatchSequence(int64_t dataset_size, const BatchShare& share);
  // This process's next batch from `at` on, which moves behind it; nothing at the end of a single pass.
  std::optional<BatchSpan> take(LoaderPosition& at) const;
  // Batches of this process from `at` to the end of its epoch.
  int64_t batches_left(const LoaderPosition& at) const;

 private:
  BatchShare share_;
  int64_t epoch_samples_;
};

}  // namespace itpn
