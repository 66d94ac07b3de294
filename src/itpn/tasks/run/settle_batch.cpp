#include "itpn/tasks/run/settle_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>

#include "itpn/core/log.h"
#include "itpn/core/words.h"
#include "itpn/data/open_dataset.h"

namespace itpn {
namespace {

constexpr int64_t kStepsOfAnEpoch = 20;
constexpr int64_t kLeastBatch = 8;

}  // namespace

int64_t fitting_batch(int64_t pictures, int64_t usual, int64_t processes) {
  if (pictures / kStepsOfAnEpoch >= usual) return usual;
  const int64_t wanted = std::min(std::max(pictures / kStepsOfAnEpoch, kLeastBatch), std::max<int64_t>(1, pictures));
  const auto power = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(std::min(wanted, usual))));
  return std::max<int64_t>(1, power / processes) * processes;
}

void settle_batch(const DataConfig& data, int64_t usual, TrainConfig* train) {
  if (train->global_batch_size > 0) return;
  settle_batch(open_dataset(data, data.path, {.shows_progress = false})->size(), usual, train);
}

void settle_batch(int64_t pictures, int64_t usual, TrainConfig* train) {
  if (train->global_batch_size > 0) return;
  const int64_t batch = fitting_batch(pictures, usual, train->processes);
  train->global_batch_size = batch;
  if (train->micro_batch_size > 0) {
    train->micro_batch_size = std::gcd(train->micro_batch_size, std::max<int64_t>(1, batch / train->processes));
  }
  if (batch == usual || train->rank != 0) return;
  log::info(fmt::format("train.global_batch_size = {}, which suits {} (the usual one is {})", batch,
                        count_of(pictures, "picture"), usual));
}

}  // namespace itpn
