#include "itpn/engine/distributed_monitor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "itpn/core/log.h"
#include "itpn/core/signals.h"
#include "itpn/core/stopwatch.h"

namespace itpn {
namespace {

using std::chrono::duration;
using Clock = std::chrono::steady_clock;

constexpr const char* kFailureKey = "failure";
// An operation gives up after the timeout itself; the thread speaks up only where the process did not.
constexpr double kGraceSeconds = 1.5;
// A process that is asked to stop by another's failure may take this long to notice by itself. With what comes before
// it, the timeout and two seconds, all are gone four seconds after the timeout; five are promised, one is for a machine
// that has much else to do.
constexpr double kNoticeSeconds = 1.5;
// The place where all meet may leave a question without an answer for this long.
constexpr double kAnswerSeconds = 5.0;
// The first failure is kept where others can read it for this long, by a process that serves it itself.
constexpr double kReadSeconds = 3.0;
// Seconds between two signs of life, at most, and how many may be missed.
constexpr double kBeatSeconds = 0.5;
constexpr double kMissedBeats = 3.5;

std::string beat_key(int64_t rank) { return fmt::format("beat/{}", rank); }
std::string seen_key(int64_t rank) { return fmt::format("seen/{}", rank); }

// What a process last said of itself.
struct Beat {
  int64_t count = -1;  // -1: nothing yet
  int64_t step = 0;
  double seconds = 0.0;  // in its phase
  std::string phase = "start";
};

std::string to_text(const FailureRecord& record) {
  return nlohmann::json{
      {"reporter", record.reporter}, {"code", static_cast<int>(record.code)}, {"message", record.message}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

FailureRecord failure_from(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  return {json.at("reporter").get<int64_t>(), static_cast<ExitCode>(json.at("code").get<int>()),
          json.at("message").get<std::string>()};
}

}  // namespace

struct PeerMonitor::Shared {
  ProcessPlace place;
  double timeout = 0.0;
  double interval = kBeatSeconds;
  std::atomic<const char*> phase{"start"};
  std::atomic<bool> has_limit{false};
  std::atomic<int64_t> step{0};
  std::atomic<Clock::duration::rep> since{Clock::now().time_since_epoch().count()};
  std::atomic<bool> has_noticed{false};  // the main thread knows of a failure
  std::mutex mutex;
  std::condition_variable wake;
  bool stops = false;                  // under the mutex, as
  std::optional<FailureRecord> known;  // the failure, once it has been read: its store may go

  double phase_seconds() const {
    return duration<double>(Clock::now().time_since_epoch() - Clock::duration(since.load())).count();
  }

  void publish(SharedStore& store, int64_t count) const {
    const nlohmann::json beat = {count, step.load(), phase_seconds(), phase.load()};
    store.set(beat_key(place.rank), beat.dump());
  }

  std::vector<Beat> beats(SharedStore& store) const {
    std::vector<Beat> beats(static_cast<size_t>(place.processes));
    for (int64_t rank = 0; rank < place.processes; ++rank) {
      const auto text = store.get(beat_key(rank));
      if (!text) continue;
      const auto json = nlohmann::json::parse(*text);
      beats[static_cast<size_t>(rank)] = {json[0].get<int64_t>(), json[1].get<int64_t>(), json[2].get<double>(),
                                          json[3].get<std::string>()};
    }
    return beats;
  }

  std::optional<FailureRecord> failure(SharedStore& store) {
    if (auto record = known_failure()) return record;
    const auto text = store.get(kFailureKey);
    if (!text) return std::nullopt;
    {
      const std::lock_guard lock(mutex);
      known = failure_from(*text);
    }
    store.set(seen_key(place.rank), "");
    return known_failure();
  }

  std::optional<FailureRecord> known_failure() {
    const std::lock_guard lock(mutex);
    return known;
  }

  FailureRecord report(SharedStore& store, ExitCode code, const std::string& message) const {
    return failure_from(store.set_if_missing(kFailureKey, to_text({place.rank, code, message})));
  }

  void wait_for_readers(SharedStore& store) const;
  FailureRecord explain(SharedStore& store, bool has_timed_out, const std::string& what);
  std::string describe_all(const std::vector<Beat>& beats, const std::vector<int64_t>& silent) const;
  void run(SharedStore& store);
  void look(SharedStore& store);
};

namespace {

// Ranks other than `own` that have said nothing between the two looks.
std::vector<int64_t> silent_ranks(const std::vector<Beat>& before, const std::vector<Beat>& after, int64_t own) {
  std::vector<int64_t> silent;
  for (size_t rank = 0; rank < after.size(); ++rank) {
    if (static_cast<int64_t>(rank) != own && after[rank].count == before[rank].count) {
      silent.push_back(static_cast<int64_t>(rank));
    }
  }
  return silent;
}

}  // namespace

std::string PeerMonitor::Shared::describe_all(const std::vector<Beat>& beats,
                                              const std::vector<int64_t>& silent) const {
  std::vector<std::string> lines;
  for (int64_t rank = 0; rank < place.processes; ++rank) {
    const Beat& beat = beats[static_cast<size_t>(rank)];
    const bool is_silent = std::find(silent.begin(), silent.end(), rank) != silent.end();
    lines.push_back(fmt::format("process {}: {}, step {}, for {:.1f} s{}", rank, beat.phase, beat.step + 1,
                                beat.seconds, is_silent ? ", then silent" : ""));
  }
  return fmt::format("{}", fmt::join(lines, "; "));
}

FailureRecord PeerMonitor::Shared::explain(SharedStore& store, bool has_timed_out, const std::string& what) {
  const Stopwatch watch;
  const std::vector<Beat> before = beats(store);
  while (watch.seconds() < kMissedBeats * interval) {
    if (const auto record = failure(store)) return *record;
    std::this_thread::sleep_for(duration<double>(0.1 * interval));
  }
  const std::vector<Beat> now = beats(store);
  const std::vector<int64_t> silent = silent_ranks(before, now, place.rank);
  const std::string all = describe_all(now, silent);
  if (has_timed_out) {
    return report(store, ExitCode::kTimeout,
                  fmt::format("a step hangs: {} of {} s passed (distributed.timeout_seconds); {}", what, timeout, all));
  }
  if (silent.empty()) {
    return report(store, ExitCode::kPeerLost,
                  fmt::format("the connection between processes broke ({}); {}", what, all));
  }
  return report(store, ExitCode::kPeerLost,
                fmt::format("process {} of {} is lost: it ended without a word; {}. The newest checkpoint is whole: go "
                            "on with --resume auto",
                            fmt::join(silent, ", "), place.processes, all));
}

void PeerMonitor::Shared::wait_for_readers(SharedStore& store) const {
  try {
    for (const Stopwatch watch; watch.seconds() < kReadSeconds;) {
      int64_t missing = 0;
      for (int64_t rank = 0; rank < place.processes; ++rank) {
        if (rank != place.rank && !store.get(seen_key(rank))) ++missing;
      }
      if (missing == 0) return;
      std::this_thread::sleep_for(duration<double>(0.05));
    }
  } catch (const std::exception&) {
    return;  // nobody can read it any more
  }
}

// One look of the thread at this process and at the others.
void PeerMonitor::Shared::look(SharedStore& store) {
  if (const auto record = failure(store)) {
    for (const Stopwatch watch; watch.seconds() < kNoticeSeconds;) {
      if (has_noticed.load()) return;
      std::unique_lock lock(mutex);
      if (wake.wait_for(lock, duration<double>(0.1), [&] { return stops; })) return;
    }
    if (record->reporter == place.rank) return;
    log::debug(fmt::format("process {} failed while this one was in \"{}\": {}", record->reporter, phase.load(),
                           record->message));
    _exit(static_cast<int>(record->code));
  }
  if (!has_limit.load() || phase_seconds() < timeout + kGraceSeconds || has_noticed.load()) return;
  const FailureRecord record = explain(store, true, fmt::format("more than {}", phase.load()));
  if (record.reporter == place.rank) log::error(record.message);
  _exit(static_cast<int>(record.code));
}

void PeerMonitor::Shared::run(SharedStore& store) {
  Stopwatch since_answer;
  for (int64_t count = 0;; ++count) {
    try {
      publish(store, count);
      look(store);
      since_answer.restart();
    } catch (const std::exception& error) {
      if (since_answer.seconds() > kAnswerSeconds && !has_noticed.load()) {
        log::error(
            fmt::format("process {}: whoever started the processes is gone, or the first process: the place "
                        "where they meet does not answer",
                        place.rank));
        log::debug(error.what());
        _exit(static_cast<int>(ExitCode::kPeerLost));
      }
    }
    std::unique_lock lock(mutex);
    if (wake.wait_for(lock, duration<double>(interval), [&] { return stops; })) return;
  }
}

struct PeerMonitor::Thread {
  std::unique_ptr<SharedStore> main_store;  // of the main thread
  std::thread thread;
};

PeerMonitor::PeerMonitor(SharedStore& store, const ProcessPlace& place, double timeout_seconds)
    : shared_(std::make_shared<Shared>()), thread_(std::make_unique<Thread>()) {
  shared_->place = place;
  shared_->timeout = timeout_seconds;
  shared_->interval = std::clamp(timeout_seconds / 10.0, 0.1, kBeatSeconds);
  thread_->main_store = store.clone();
  thread_->thread = std::thread([shared = shared_, own = std::shared_ptr<SharedStore>(store.clone())] {
    block_signals_in_this_thread();
    shared->run(*own);
  });
}

PeerMonitor::~PeerMonitor() {
  if (!thread_) return;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stops = true;
  }
  shared_->wake.notify_all();
  thread_->thread.join();
}

void PeerMonitor::enter(const char* phase, bool has_limit) {
  shared_->has_limit.store(false);
  shared_->phase.store(phase);
  shared_->since.store(Clock::now().time_since_epoch().count());
  shared_->has_limit.store(has_limit);
}

void PeerMonitor::set_step(int64_t step) { shared_->step.store(step); }
const char* PeerMonitor::phase() const { return shared_->phase.load(); }
bool PeerMonitor::phase_has_limit() const { return shared_->has_limit.load(); }

FailureRecord PeerMonitor::report(ExitCode code, const std::string& message) {
  shared_->has_noticed.store(true);
  try {
    return shared_->report(*thread_->main_store, code, message);
  } catch (const std::exception&) {
    const auto known = shared_->known_failure();  // else there is nobody to tell
    return known ? *known : FailureRecord{shared_->place.rank, code, message};
  }
}

FailureRecord PeerMonitor::explain(bool has_timed_out, const std::string& what) {
  shared_->has_noticed.store(true);
  try {
    return shared_->explain(*thread_->main_store, has_timed_out, what);
  } catch (const std::exception& error) {
    if (const auto known = shared_->known_failure()) return *known;
    return {shared_->place.rank, ExitCode::kPeerLost,
            fmt::format("the connection to the other processes broke, and the place where they met is gone ({}; {})",
                        what, error.what())};
  }
}

void PeerMonitor::abandon(bool serves_store) {
  shared_->has_noticed.store(true);
  if (serves_store) shared_->wait_for_readers(*thread_->main_store);
  thread_->thread.detach();
  // The store stays open: closing it could wait for an answer that does not come.
  thread_.release();
}

}  // namespace itpn
