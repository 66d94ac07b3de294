#include "itpn/engine/distributed.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

#include "itpn/core/files.h"
#include "itpn/core/log.h"
#include "itpn/core/step_watchdog.h"
#include "itpn/core/stopwatch.h"
#include "itpn/engine/distributed_monitor.h"
#include "itpn/engine/failure.h"

namespace itpn {
namespace {

// Programs start at different moments, the more so on many machines.
constexpr double kMinJoinSeconds = 60.0;
// A wait that lasted this share of the timeout was ended by it.
constexpr double kTimedOutShare = 0.9;

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1e3));
}

// torchrun shows what stands in this file when a process has failed.
void write_torchrun_error(const std::string& message) {
  const char* path = std::getenv("TORCHELASTIC_ERROR_FILE");
  if (!path || !*path) return;
  const nlohmann::json error = {
      {"message",
       {{"message", message},
        {"extraInfo", {{"py_callstack", ""}, {"timestamp", std::to_string(std::time(nullptr))}}}}}};
  try {
    write_file_atomically(posix_fs(), path, error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } catch (const Error& failed) {
    log::debug(failed.what());
  }
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

ProcessGroup::ProcessGroup(const DistributedConfig& config, const torch::Device& device)
    : place_(process_place()), config_(config), device_(device) {
  if (is_alone()) {
    watchdog_ = std::make_unique<StepWatchdog>(config.timeout_seconds);
    return;
  }
  const MeetingPoint point = meeting_point();
  const auto join = milliseconds(std::max(kMinJoinSeconds, config.timeout_seconds));
  try {
    store_ = SharedStore::connect(point, place_, join);
    monitor_ = std::make_unique<PeerMonitor>(*store_, place_, config.timeout_seconds);
    backend_ = std::make_unique<CollectiveBackend>(*store_, place_, device, milliseconds(config.timeout_seconds));
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    if (monitor_) monitor_->abandon(/*serves_store=*/false);
    monitor_.reset();
    throw GroupFailure(ExitCode::kPeerLost,
                       fmt::format("process {} of {} did not meet the others at {}:{}: {}", rank(), size(), point.host,
                                   point.port, first_line(error.what())),
                       /*is_quiet=*/false);
  }
  barrier();
  if (!is_first()) return;
  log::info(fmt::format("{} processes on {}, {}", size(),
                        size() == place_.local_processes ? "this machine" : "several machines", backend_->name()));
}

ProcessGroup::ProcessGroup() = default;
ProcessGroup::~ProcessGroup() = default;

template <class F>
void ProcessGroup::together(F&& operation) {
  if (is_alone()) return;
  const char* phase = monitor_->phase();
  const bool has_limit = monitor_->phase_has_limit();
  monitor_->enter("waiting for the others", true);
  const Stopwatch watch;
  std::string what;
  try {
    operation();
    waited_seconds_ += watch.seconds();
    monitor_->enter(phase, has_limit);
    return;
  } catch (const std::exception& error) {
    what = first_line(error.what());
  }
  const bool has_timed_out = watch.seconds() >= kTimedOutShare * config_.timeout_seconds;
  const FailureRecord record = monitor_->explain(has_timed_out, has_timed_out ? "a wait" : what);
  throw GroupFailure(record.code, record.message, record.reporter != rank());
}

void ProcessGroup::sum(const torch::Tensor& tensor) {
  together([&] { backend_->start_sum(tensor)->wait(); });
}

std::vector<double> ProcessGroup::sum(const std::vector<double>& numbers) {
  if (is_alone()) return numbers;
  torch::Tensor tensor = torch::tensor(numbers, torch::kFloat64);
  sum(tensor);
  const auto* data = tensor.const_data_ptr<double>();
  return {data, data + numbers.size()};
}

std::unique_ptr<PendingCollective> ProcessGroup::start_sum(const torch::Tensor& tensor) {
  std::unique_ptr<PendingCollective> pending;
  together([&] { pending = backend_->start_sum(tensor); });
  return pending;
}

void ProcessGroup::finish(PendingCollective& pending) {
  together([&] { pending.wait(); });
}

void ProcessGroup::broadcast(const std::vector<torch::Tensor>& tensors, int64_t from) {
  together([&] {
    const torch::NoGradGuard no_grad;
    for (const torch::Tensor& tensor : tensors) {
      const torch::Tensor whole = tensor.contiguous();
      backend_->start_broadcast(whole, from)->wait();
      if (!whole.is_same(tensor)) tensor.copy_(whole);
    }
  });
}

std::string ProcessGroup::broadcast(const std::string& text, int64_t from) {
  if (is_alone()) return text;
  const torch::Tensor length = torch::tensor(static_cast<int64_t>(text.size()), torch::kInt64);
  broadcast(std::vector<torch::Tensor>{length}, from);
  const torch::Tensor bytes = torch::zeros({length.item<int64_t>()}, torch::kUInt8);
  if (rank() == from) std::copy(text.begin(), text.end(), bytes.data_ptr<uint8_t>());
  if (bytes.numel() > 0) broadcast(std::vector<torch::Tensor>{bytes}, from);
  return {bytes.data_ptr<uint8_t>(), bytes.data_ptr<uint8_t>() + bytes.numel()};
}

std::vector<std::string> ProcessGroup::gather(const std::string& text) {
  std::vector<std::string> texts;
  for (int64_t from = 0; from < size(); ++from) texts.push_back(broadcast(text, from));
  return texts;
}

bool ProcessGroup::all(bool is_true) { return sum(std::vector<double>{is_true ? 0.0 : 1.0}).front() == 0.0; }

void ProcessGroup::barrier() { sum(std::vector<double>{0.0}); }

void ProcessGroup::enter(const char* phase, bool has_limit) {
  if (monitor_) monitor_->enter(phase, has_limit);
  if (watchdog_) watchdog_->enter(phase, has_limit);
}

void ProcessGroup::set_step(int64_t step) {
  if (monitor_) monitor_->set_step(step);
  if (watchdog_) watchdog_->set_step(step);
}

void ProcessGroup::leave() {
  if (is_alone()) return;
  barrier();
  monitor_.reset();
  backend_.reset();
  // The one that serves the store goes last: the others may be at their last look at it.
  store_.reset();
}

void ProcessGroup::fail(const std::exception_ptr& exception) {
  if (!monitor_) std::rethrow_exception(exception);
  const Failure failure = describe_failure(exception);
  const FailureRecord record = monitor_->report(
      failure.code, is_first() ? failure.message : fmt::format("process {}: {}", rank(), failure.message));
  const bool is_quiet = record.reporter != rank();
  if (!failure.details.empty()) log::debug(failure.details);
  write_torchrun_error(is_quiet ? fmt::format("stopped because process {} failed: {}", record.reporter, record.message)
                                : record.message);
  // Threads of c10d may wait for what never comes; destroying them would wait too.
  monitor_->abandon(is_first() && !meeting_point().is_served);
  backend_.release();
  store_.release();
  throw GroupFailure(record.code, record.message, is_quiet);
}

}  // namespace itpn
