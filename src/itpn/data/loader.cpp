#include "itpn/data/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "itpn/core/signals.h"
#include "itpn/core/stopwatch.h"
#include "itpn/data/transforms/rgb_pixels.h"

namespace itpn {
namespace {

void check_config(const LoaderConfig& c) {
  const bool is_sound = c.batch_size > 0 && c.world_size > 0 && c.rank >= 0 && c.rank < c.world_size &&
                        c.global_batch_size >= 0 && c.threads >= 0;
  if (!is_sound) throw std::invalid_argument("loader: a size, rank or number of threads makes no sense");
  if (c.global_batch_size % (c.batch_size * c.world_size) != 0) {
    throw usage_error(
        fmt::format("the global batch of {} pictures is not a multiple of {} (pictures of a micro-batch) "
                    "x {} (processes)",
                    c.global_batch_size, c.batch_size, c.world_size));
  }
}

}  // namespace

int64_t epoch_samples(int64_t dataset_size, int64_t global_batch_size) {
  const int64_t steps = dataset_size / global_batch_size;
  if (steps > 0) return steps * global_batch_size;
  throw data_error(fmt::format(
      "the dataset has {} pictures, fewer than one global batch of {}; lower train.global_batch_size or add pictures",
      dataset_size, global_batch_size));
}

int64_t loader_threads(int64_t workers) {
  return workers > 0 ? workers : std::max<int64_t>(1, static_cast<int64_t>(std::thread::hardware_concurrency()) - 1);
}

Loader::Loader(std::shared_ptr<const Dataset> dataset, std::shared_ptr<const PictureTransform> transform,
               LoaderConfig config, LoaderPosition start)
    : producer_(std::move(dataset), std::move(transform), config.seed),
      config_(std::move(config)),
      bad_samples_(posix_fs(), producer_.dataset(), config_.bad),
      handed_out_(start),
      opened_(start) {
  check_config(config_);
  const int64_t size = producer_.dataset().size();
  if (size <= 0) throw data_error("the dataset has no pictures");
  epoch_samples_ = config_.global_batch_size > 0 ? epoch_samples(size, config_.global_batch_size) : size;
  const PictureTransform& transform_of = producer_.transform();
  const int64_t batch_bytes =
      config_.batch_size * kRgbChannels *
      (transform_of.height() * transform_of.width() + transform_of.second_height() * transform_of.second_width());
  max_slots_ = static_cast<size_t>(std::max<int64_t>(1, config_.prefetch_bytes / batch_bytes));
  for (int64_t i = 0; i < config_.threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

Loader::~Loader() {
  for (auto& thread : threads_) thread.request_stop();
}

int64_t Loader::batches_per_epoch() const { return batch_count_at({0, 0}); }

// Batches of this process from `at` to the end of its epoch.
int64_t Loader::batch_count_at(const LoaderPosition& at) const {
  const int64_t left = std::max<int64_t>(0, epoch_samples_ - at.position);
  const int64_t round = config_.batch_size * config_.world_size;
  const bool has_part_of_last_round = left % round > config_.rank * config_.batch_size;
  return left / round + (has_part_of_last_round ? 1 : 0);
}

// Starts the batch after the last one; false at the end of a single pass. Under the lock, or without threads.
bool Loader::open_slot() {
  if (config_.global_batch_size > 0 && opened_.position >= epoch_samples_) opened_ = {opened_.epoch + 1, 0};
  if (batch_count_at(opened_) == 0) return false;
  Slot& slot = slots_.emplace_back();
  if (!spare_.empty()) {
    slot.batch = std::move(spare_.back());
    spare_.pop_back();
  }
  slot.first = opened_.position + config_.rank * config_.batch_size;
  HostBatch& batch = slot.batch;
  batch.count = std::min(config_.batch_size, epoch_samples_ - slot.first);
  batch.height = producer_.transform().height();
  batch.width = producer_.transform().width();
  batch.channels = kRgbChannels;
  batch.second_height = producer_.transform().second_height();
  batch.second_width = producer_.transform().second_width();
  batch.epoch = opened_.epoch;
  batch.replaced.clear();
  const auto count = static_cast<size_t>(batch.count);
  batch.pixels.resize(count * static_cast<size_t>(batch.height * batch.width * kRgbChannels));
  batch.second_pixels.resize(count * static_cast<size_t>(batch.second_height * batch.second_width * kRgbChannels));
  batch.labels.resize(count);
  batch.positions.resize(count);
  batch.indices.resize(count);
  slot.bad.resize(count);
  slot.erased.resize(count);
  slot.failures.resize(count);
  slot.remaining = batch.count;
  opened_.position = std::min(epoch_samples_, opened_.position + config_.batch_size * config_.world_size);
  return true;
}

SampleOrder Loader::order_of(uint64_t epoch) const {
  return {producer_.dataset().size(), config_.seed, epoch, config_.is_shuffled, config_.reorderings};
}

void Loader::make_sample(Slot& slot, int64_t place, const SampleOrder& order, ProducerState& state) {
  HostBatch& batch = slot.batch;
  SampleRequest request;
  request.epoch = batch.epoch;
  request.position = slot.first + place;
  request.index = order.index_at(request.position);
  request.pixels = batch.pixels.data() + place * batch.height * batch.width * kRgbChannels;
  if (!batch.second_pixels.empty()) {
    request.second = batch.second_pixels.data() + place * batch.second_height * batch.second_width * kRgbChannels;
  }
  request.label = &batch.labels[place];
  request.shown = &batch.indices[place];
  request.erased = &slot.erased[place];
  batch.positions[place] = static_cast<uint64_t>(request.position);
  try {
    slot.bad[place] = producer_.produce(request, state);
  } catch (...) {
    slot.failures[place] = std::current_exception();
  }
}

// Whether a sample can be taken now; opens the next batch if there is room for it.
bool Loader::can_claim() {
  if (!slots_.empty() && slots_.back().claimed < slots_.back().batch.count) return true;
  return slots_.size() < max_slots_ && open_slot();
}

void Loader::work(const std::stop_token& stop) noexcept {
  block_signals_in_this_thread();
  try {
    make_samples(stop);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    is_ready_.notify_one();
  }
}

void Loader::make_samples(const std::stop_token& stop) {
  ProducerState state;
  std::optional<SampleOrder> order;
  uint64_t order_epoch = 0;
  std::unique_lock lock(mutex_);
  while (can_work_.wait(lock, stop, [&] { return !stop.stop_requested() && can_claim(); })) {
    Slot& slot = slots_.back();
    const int64_t place = slot.claimed++;
    lock.unlock();
    if (!order || order_epoch != slot.batch.epoch) {
      order_epoch = slot.batch.epoch;
      order = order_of(order_epoch);
    }
    make_sample(slot, place, *order, state);
    lock.lock();
    seconds_.add(state.seconds);
    state.seconds = {};
    if (--slot.remaining == 0) is_ready_.notify_one();
  }
}

void Loader::make_batch_here() {
  if (!slots_.empty() || !open_slot()) return;
  Slot& slot = slots_.back();
  const SampleOrder order = order_of(slot.batch.epoch);
  for (int64_t place = 0; place < slot.batch.count; ++place) make_sample(slot, place, order, own_state_);
  slot.remaining = 0;
}

void Loader::collect_erased(Slot& slot) {
  slot.batch.erased.clear();
  for (size_t place = 0; place < slot.erased.size(); ++place) {
    for (EraseBox& box : slot.erased[place]) {
      box.image = static_cast<int64_t>(place);
      slot.batch.erased.push_back(box);
    }
  }
}

// Takes the oldest batch, which is done, and settles its bad samples in the order of the samples.
HostBatch Loader::hand_out() {
  std::unique_lock lock(mutex_);
  Slot slot = std::move(slots_.front());
  slots_.pop_front();
  lock.unlock();
  can_work_.notify_all();
  for (size_t place = 0; place < slot.bad.size(); ++place) {
    for (const BadSample& bad : slot.bad[place]) bad_samples_.add(bad);
    if (slot.failures[place]) std::rethrow_exception(slot.failures[place]);
    if (!slot.bad[place].empty()) slot.batch.replaced.push_back(static_cast<int64_t>(place));
  }
  collect_erased(slot);
  advance();
  return std::move(slot.batch);
}

void Loader::advance() {
  if (config_.global_batch_size > 0 && handed_out_.position >= epoch_samples_) {
    handed_out_ = {handed_out_.epoch + 1, 0};
  }
  handed_out_.position = std::min(epoch_samples_, handed_out_.position + config_.batch_size * config_.world_size);
}

std::optional<HostBatch> Loader::next() {
  const Stopwatch watch;
  if (threads_.empty()) {
    make_batch_here();
    if (slots_.empty()) return std::nullopt;
  } else {
    std::unique_lock lock(mutex_);
    if (slots_.empty() && !can_claim()) return std::nullopt;
    can_work_.notify_all();
    is_ready_.wait(lock, [this] { return failure_ || slots_.front().remaining == 0; });
    if (failure_) std::rethrow_exception(failure_);
  }
  HostBatch batch = hand_out();
  batch.wait_seconds = watch.seconds();
  wait_seconds_ += batch.wait_seconds;
  return batch;
}

void Loader::recycle(HostBatch&& batch) {
  const std::lock_guard lock(mutex_);
  if (spare_.size() < max_slots_) spare_.push_back(std::move(batch));
}

LoaderPosition Loader::position() const { return handed_out_; }

StageSeconds Loader::stage_seconds() const {
  const std::lock_guard lock(mutex_);
  StageSeconds sum = seconds_;
  sum.add(own_state_.seconds);
  return sum;
}

}  // namespace itpn
