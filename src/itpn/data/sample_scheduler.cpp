#include "itpn/data/sample_scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "itpn/core/signals.h"
#include "itpn/core/stopwatch.h"
#include "itpn/core/utf8.h"
#include "itpn/data/datasets/sample_error.h"
#include "itpn/data/grouped_order.h"
#include "itpn/io/decode_image.h"

namespace itpn {
namespace {

// With 1 % bad samples the chance of this many in a row is below any hardware error.
constexpr int kMaxAttempts = 32;

int64_t checked_size(const SampleSet& samples) {
  if (samples.size() > 0) return samples.size();
  throw data_error("the dataset has no pictures");
}

void check_groups(const LoaderConfig& config, const SampleSet& samples, const LoaderPosition& start) {
  if (!config.groups) return;
  if (config.groups->samples() != samples.size()) throw std::invalid_argument("loader: groups of other samples");
  if (config.global_batch_size == 0) throw std::invalid_argument("loader: a single pass in groups");
  if (start.position % config.batch_size != 0) throw std::invalid_argument("loader: a start within a batch of a group");
}

}  // namespace

SampleScheduler::SampleScheduler(DraftSource& source, LoaderConfig config, const LoaderPosition& start)
    : source_(source),
      samples_(source.samples()),
      config_(std::move(config)),
      bad_samples_(posix_fs(), samples_, config_.bad),
      sequence_(checked_size(samples_), config_),
      handed_out_(start),
      opened_(start),
      budget_(config_.prefetch_bytes),
      own_worker_(source.new_worker()) {
  if (config_.threads < 0) throw std::invalid_argument("loader: a number of threads below 0");
  check_groups(config_, samples_, start);
  for (int64_t i = 0; i < config_.threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

SampleScheduler::~SampleScheduler() {
  for (auto& thread : threads_) thread.request_stop();
}

std::shared_ptr<const EpochOrder> SampleScheduler::order_of(uint64_t epoch) const {
  const OrderKey key{config_.seed, epoch};
  if (!config_.groups) {
    return std::make_shared<SampleOrder>(samples_.size(), key, config_.is_shuffled, config_.reorderings);
  }
  const int64_t run = config_.group_run > 0 ? config_.group_run : config_.batch_size;
  return std::make_shared<GroupedOrder>(config_.groups, run, key, config_.is_shuffled, config_.reorderings);
}

// Starts the batch after the last one; false at the end of a single pass, and where there is no room for it beside
// others. Under the lock, or without threads.
bool SampleScheduler::open_slot() {
  LoaderPosition after = opened_;
  const std::optional<BatchSpan> span = sequence_.take(after);
  if (!span) return false;
  Slot slot;
  slot.bytes = source_.open_bytes(span->count);
  if (!slots_.empty() && !budget_.has_room_for(slot.bytes)) return false;
  if (!order_ || order_epoch_ != span->epoch) order_ = order_of(order_epoch_ = span->epoch);
  slot.order = order_;
  slot.batch.draft = source_.open(*span);
  const auto count = static_cast<size_t>(span->count);
  BatchHead& head = slot.batch.head;
  head.count = slot.remaining = span->count;
  head.epoch = span->epoch;
  head.positions.resize(count);
  std::iota(head.positions.begin(), head.positions.end(), static_cast<uint64_t>(span->first));
  head.indices.resize(count);
  slot.bad.resize(count);
  slot.damage.resize(count);
  slot.failures.resize(count + 1);
  slots_.push_back(std::move(slot));
  budget_.hold(slots_.back().bytes);
  most_batches_ = std::max(most_batches_, slots_.size());
  opened_ = after;
  return true;
}

// The sample of a place or the first of its substitutes that can be used. They depend only on (seed, epoch, position,
// attempt). Returns the memory that it takes.
int64_t SampleScheduler::try_samples(Slot& slot, int64_t place, DraftWorker& worker) const {
  BatchHead& head = slot.batch.head;
  const uint64_t position = head.positions[place];
  RandomStream substitutes(config_.seed, Purpose::kSubstitute, head.epoch, position);
  std::vector<BadSample> bad;
  int64_t index = slot.order->index_at(static_cast<int64_t>(position));
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    SampleRequest sample{place, index, RandomStream(config_.seed, Purpose::kAugmentation, head.epoch, position)};
    try {
      const int64_t bytes = slot.batch.draft->make(sample, worker);
      head.indices[place] = index;
      slot.bad[place] = std::move(bad);
      slot.damage[place] = std::move(sample.damage);
      return bytes;
    } catch (const SampleError& error) {
      bad.push_back({index, error.kind, error.what()});
    } catch (const ImageError& error) {
      bad.push_back({index, defect_name(error.kind), error.what()});
    }
    index = slot.order->substitute_at(static_cast<int64_t>(position), substitutes);
  }
  throw data_error(fmt::format("{} pictures in a row cannot be read, the last one {}: {}", bad.size(),
                               printable_name(samples_.name(bad.back().index)), bad.back().reason));
}

int64_t SampleScheduler::make_sample(Slot& slot, int64_t place, DraftWorker& worker) const {
  try {
    return try_samples(slot, place, worker);
  } catch (...) {
    slot.failures[place] = std::current_exception();
    return 0;
  }
}

// Not where a place is empty: next() throws what happened there.
void SampleScheduler::close(Slot& slot) {
  if (std::any_of(slot.failures.begin(), slot.failures.end(), [](const auto& failure) { return failure != nullptr; })) {
    return;
  }
  try {
    slot.batch.draft->close();
  } catch (...) {
    slot.failures.back() = std::current_exception();
  }
}

// Whether a sample can be taken now; opens the next batch if there is room for it. The samples of the oldest batch can
// always be taken: the consumer waits for them.
bool SampleScheduler::can_claim() {
  if (slots_.empty() || slots_.back().claimed == slots_.back().batch.head.count) return open_slot();
  return slots_.size() == 1 || budget_.has_room_for(0);
}

void SampleScheduler::work(const std::stop_token& stop) noexcept {
  block_signals_in_this_thread();
  try {
    make_samples(stop);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    is_ready_.notify_one();
  }
}

void SampleScheduler::make_samples(const std::stop_token& stop) {
  const std::unique_ptr<DraftWorker> worker = source_.new_worker();
  std::unique_lock lock(mutex_);
  while (can_work_.wait(lock, stop, [&] { return !stop.stop_requested() && can_claim(); })) {
    Slot& slot = slots_.back();
    const int64_t place = slot.claimed++;
    budget_.begin_sample();
    lock.unlock();
    const int64_t bytes = make_sample(slot, place, *worker);
    lock.lock();
    seconds_.add(worker->seconds());
    worker->seconds() = {};
    slot.bytes += bytes;
    budget_.end_sample(bytes);
    // It may have turned out smaller than it was taken for: room for one more.
    if (bytes > 0) can_work_.notify_one();
    if (--slot.remaining > 0) continue;
    lock.unlock();
    close(slot);
    lock.lock();
    slot.is_ready = true;
    is_ready_.notify_one();
  }
}

// The oldest batch, made by the consumer; false if there is none.
bool SampleScheduler::make_batch_here() {
  if (!open_slot()) return false;
  Slot& slot = slots_.back();
  for (int64_t place = 0; place < slot.batch.head.count; ++place) make_sample(slot, place, *own_worker_);
  close(slot);
  return true;
}

// The same, made by the threads.
bool SampleScheduler::wait_for_batch() {
  std::unique_lock lock(mutex_);
  if (slots_.empty() && !can_claim()) return false;
  can_work_.notify_all();
  is_ready_.wait(lock, [this] { return failure_ || slots_.front().is_ready; });
  if (failure_) std::rethrow_exception(failure_);
  return true;
}

// Settles the bad samples of a batch in the order of the samples; throws what its making threw.
void SampleScheduler::settle(Slot& slot) {
  for (size_t place = 0; place < slot.bad.size(); ++place) {
    for (const BadSample& bad : slot.bad[place]) bad_samples_.add(bad);
    if (slot.failures[place]) std::rethrow_exception(slot.failures[place]);
    if (!slot.damage[place].empty()) bad_samples_.note_damaged(slot.batch.head.indices[place], slot.damage[place]);
    if (!slot.bad[place].empty()) slot.batch.head.replaced.push_back(static_cast<int64_t>(place));
  }
  if (slot.failures.back()) std::rethrow_exception(slot.failures.back());
}

// Takes the oldest batch, which is done.
FinishedBatch SampleScheduler::hand_out() {
  std::unique_lock lock(mutex_);
  Slot slot = std::move(slots_.front());
  slots_.pop_front();
  budget_.release(slot.bytes);
  lock.unlock();
  can_work_.notify_all();
  settle(slot);
  sequence_.take(handed_out_);
  return std::move(slot.batch);
}

std::optional<FinishedBatch> SampleScheduler::next() {
  const Stopwatch watch;
  if (!(threads_.empty() ? make_batch_here() : wait_for_batch())) return std::nullopt;
  FinishedBatch batch = hand_out();
  batch.head.wait_seconds = watch.seconds();
  wait_seconds_ += batch.head.wait_seconds;
  return batch;
}

StageSeconds SampleScheduler::stage_seconds() const {
  const std::lock_guard lock(mutex_);
  StageSeconds sum = seconds_;
  sum.add(own_worker_->seconds());
  return sum;
}

size_t SampleScheduler::most_batches() const {
  const std::lock_guard lock(mutex_);
  return most_batches_;
}

}  // namespace itpn
