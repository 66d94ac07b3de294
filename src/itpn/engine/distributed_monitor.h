// A thread of each process of a run that tells the others, twice a second, what the process is doing; that looks for
// the first failure of any; and that ends the process where it hangs.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "itpn/core/errors.h"
#include "itpn/engine/distributed_backend.h"

namespace itpn {

// The first failure of the run. Whoever reports it first also tells the user; the others go quietly.
struct FailureRecord {
  int64_t reporter = 0;  // rank
  ExitCode code = ExitCode::kInternal;
  std::string message;
};

class PeerMonitor {
 public:
  PeerMonitor(SharedStore& store, const ProcessPlace& place, double timeout_seconds);
  // Stops the thread, unless abandon() has been called.
  ~PeerMonitor();
  PeerMonitor(const PeerMonitor&) = delete;
  PeerMonitor& operator=(const PeerMonitor&) = delete;

  // What this process does from now on, a literal. A phase with a limit that lasts longer than the timeout ends the
  // process with exit code 8, after a line on what each process is doing.
  void enter(const char* phase, bool has_limit);
  void set_step(int64_t step);
  const char* phase() const;
  bool phase_has_limit() const;

  // Reports a failure unless there is one already; the one that counts.
  FailureRecord report(ExitCode code, const std::string& message);
  // Why an operation over all processes has failed, by what the others say of themselves; takes up to two seconds.
  // Reports it.
  FailureRecord explain(bool has_timed_out, const std::string& what);
  // Leaves the thread to itself: the process is about to end in a hurry. Where it serves the store, waits until the
  // others have read the failure, three seconds at most.
  void abandon(bool serves_store);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // with the thread
  struct Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace itpn
