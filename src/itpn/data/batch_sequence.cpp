#include "itpn/data/batch_sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

BatchShare checked(const BatchShare& s) {
  const bool is_sound =
      s.batch_size > 0 && s.world_size > 0 && s.rank >= 0 && s.rank < s.world_size && s.global_batch_size >= 0;
  if (!is_sound) throw std::invalid_argument("loader: a size or rank makes no sense");
  if (s.global_batch_size % (s.batch_size * s.world_size) != 0) {
    throw usage_error(
        fmt::format("the global batch of {} pictures is not a multiple of {} (pictures of a micro-batch) "
                    "x {} (processes)",
                    s.global_batch_size, s.batch_size, s.world_size));
  }
  return s;
}

}  // namespace

int64_t epoch_samples(int64_t dataset_size, int64_t global_batch_size) {
  const int64_t steps = dataset_size / global_batch_size;
  if (steps > 0) return steps * global_batch_size;
  throw data_error(fmt::format(
      "the dataset has {} pictures, fewer than one global batch of {}; lower train.global_batch_size or add pictures",
      dataset_size, global_batch_size));
}

BatchSequence::BatchSequence(int64_t dataset_size, const BatchShare& share)
    : share_(checked(share)),
      epoch_samples_(share.global_batch_size > 0 ? epoch_samples(dataset_size, share.global_batch_size)
                                                 : dataset_size) {}

int64_t BatchSequence::batches_left(const LoaderPosition& at) const {
  const int64_t left = std::max<int64_t>(0, epoch_samples_ - at.position);
  const int64_t round = share_.batch_size * share_.world_size;
  const bool has_part_of_last_round = left % round > share_.rank * share_.batch_size;
  return left / round + (has_part_of_last_round ? 1 : 0);
}

std::optional<BatchSpan> BatchSequence::take(LoaderPosition& at) const {
  if (share_.global_batch_size > 0 && at.position >= epoch_samples_) at = {at.epoch + 1, 0};
  if (batches_left(at) == 0) return std::nullopt;
  const int64_t first = at.position + share_.rank * share_.batch_size;
  const BatchSpan span{at.epoch, first, std::min(share_.batch_size, epoch_samples_ - first)};
  at.position = std::min(epoch_samples_, at.position + share_.batch_size * share_.world_size);
  return span;
}

}  // namespace itpn
