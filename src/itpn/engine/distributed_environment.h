// Which of how many processes this one is: what torchrun, `itpn launch`, SLURM scripts and others say in the
// environment.
#pragma once

#include <cstdint>
#include <string>

#include "itpn/core/cpu_limits.h"

namespace itpn {

// Where this process stands. The default is a process that is alone.
struct ProcessPlace {
  int64_t rank = 0;
  int64_t processes = 1;  // of the whole run (WORLD_SIZE)
  int64_t local_rank = 0;
  int64_t local_processes = 1;  // on this machine

  bool is_alone() const { return processes == 1; }
  bool is_first() const { return rank == 0; }
};

// Where the processes meet.
struct MeetingPoint {
  std::string host;
  uint16_t port = 0;
  // torchrun and `itpn launch` serve the store themselves: every process is a client then.
  bool is_served = false;
  std::string restart = "0";  // how often the whole run was started again; keeps its keys apart from those before
};

// RANK, WORLD_SIZE, LOCAL_RANK and LOCAL_WORLD_SIZE; a process that is alone where WORLD_SIZE is not set. Throws a
// usage error (exit 2) that names the variable.
ProcessPlace process_place();

// MASTER_ADDR, MASTER_PORT, TORCHELASTIC_USE_AGENT_STORE and TORCHELASTIC_RESTART_COUNT. Throws as above.
MeetingPoint meeting_point();

// The usable cores shared out to the processes of this machine, at least one each.
int64_t cores_of(const ProcessPlace& place, const CpuLimits& limits = cpu_limits());

// CPU threads for the model in each process: its cores; or nothing (0) where OMP_NUM_THREADS says it, or where a
// process that is alone has no quota, because LibTorch then finds the right number by itself.
int64_t fair_threads(const ProcessPlace& place, const CpuLimits& limits = cpu_limits());

}  // namespace itpn
