// Which of how many processes this one is: what torchrun, `itpn launch`, SLURM scripts and others say in the
// environment.
#pragma once

#include <cstdint>
#include <string>

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

// CPU threads for each process: the cores shared out, or nothing (0) where OMP_NUM_THREADS says it or it is alone.
int64_t fair_threads(const ProcessPlace& place);

}  // namespace itpn
