// The processes of one run: what they sum, share and agree on, and how they end together.
//
// A process that is alone is a group of one: everything here then does nothing, at no cost, on the same path of code,
// except that a step which hangs is noticed too.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "itpn/core/errors.h"
#include "itpn/engine/distributed_backend.h"
#include "itpn/engine/distributed_environment.h"
#include "itpn/engine/run_config.h"

namespace itpn {

class PeerMonitor;
class StepWatchdog;

// The group has broken: a process failed, was lost or hangs. Threads may be stuck in operations that nobody will end,
// so the program must leave with _exit. The user has been told already, by another process, where `is_quiet`.
class GroupFailure : public Error {
 public:
  GroupFailure(ExitCode code, const std::string& message, bool is_quiet) : Error(code, message), is_quiet_(is_quiet) {}
  bool is_quiet() const { return is_quiet_; }

 private:
  bool is_quiet_;
};

class ProcessGroup {
 public:
  // Alone, without a limit on anything.
  ProcessGroup();
  // Meets the other processes that the environment tells of. Throws a usage error (exit 2) where the environment makes
  // no sense, exit code 7 where they do not come.
  ProcessGroup(const DistributedConfig& config, const torch::Device& device);
  ~ProcessGroup();
  ProcessGroup(const ProcessGroup&) = delete;
  ProcessGroup& operator=(const ProcessGroup&) = delete;

  int64_t rank() const { return place_.rank; }
  int64_t size() const { return place_.processes; }
  bool is_alone() const { return place_.is_alone(); }
  // Whether this process writes files and speaks to the user.
  bool is_first() const { return place_.is_first(); }
  const ProcessPlace& place() const { return place_; }
  const DistributedConfig& config() const { return config_; }

  // All of these are called by every process in the same order, and throw GroupFailure where one does not come.
  // Sums over the processes, in place; all get the same bits. Tensors are contiguous, of one shape everywhere.
  void sum(const torch::Tensor& tensor);
  std::vector<double> sum(const std::vector<double>& numbers);
  // The same without waiting: finish() is to be called on the result, in the order of the starts.
  std::unique_ptr<PendingCollective> start_sum(const torch::Tensor& tensor);
  void finish(PendingCollective& pending);
  // Everybody gets what process `from` has, in place.
  void broadcast(const std::vector<torch::Tensor>& tensors, int64_t from = 0);
  std::string broadcast(const std::string& text, int64_t from = 0);
  // What each process has, by rank.
  std::vector<std::string> gather(const std::string& text);
  // Whether it is true everywhere.
  bool all(bool is_true);
  void barrier();

  // Time that this process has spent waiting for the others, or for what is on its way to them.
  double waited_seconds() const { return waited_seconds_; }

  // What this process does from now on (a literal), for the message about one that hangs. With `has_limit` it must not
  // take longer than distributed.timeout_seconds.
  void enter(const char* phase, bool has_limit = true);
  void set_step(int64_t step);

  // Waits for the others and parts.
  void leave();
  // Tells the others why this process cannot go on, unless one of them was faster, and throws GroupFailure; when alone,
  // throws `exception` itself.
  [[noreturn]] void fail(const std::exception_ptr& exception);

 private:
  template <class F>
  void together(F&& operation);

  ProcessPlace place_;
  DistributedConfig config_;
  torch::Device device_ = torch::kCPU;
  std::unique_ptr<SharedStore> store_;  // null when alone
  std::unique_ptr<CollectiveBackend> backend_;
  std::unique_ptr<PeerMonitor> monitor_;
  std::unique_ptr<StepWatchdog> watchdog_;  // when alone
  double waited_seconds_ = 0.0;
};

// Runs `body(group)` in the group that the environment tells of: all processes leave together, and where one throws,
// all end with its exit code and it alone tells why.
template <class Body>
auto with_process_group(const DistributedConfig& config, const torch::Device& device, Body&& body) {
  ProcessGroup group(config, device);
  try {
    auto result = body(group);
    group.leave();
    return result;
  } catch (...) {
    group.fail(std::current_exception());
  }
}

}  // namespace itpn
