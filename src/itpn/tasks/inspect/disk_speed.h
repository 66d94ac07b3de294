// How fast a folder's disk writes and reads large files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "itpn/core/files.h"

namespace itpn {

struct DiskSpeed {
  double write_rate = 0.0;  // bytes a second, until they are on the disk
  double read_rate = 0.0;
  uint64_t bytes = 0;  // that were written
};

struct DiskSpeedLimits {
  uint64_t bytes = 256ULL << 20;
  double seconds = 1.5;  // for writing, and again for reading
};

// Writes and reads one file as checkpoints are: past the page cache where the file system can. The file loses its name
// as soon as it is open, so that nothing stays behind however the process ends; where a file system refuses that, it is
// deleted at the end. Nothing where a signal (pending_signal) came first. Throws SystemError (exit 5).
std::optional<DiskSpeed> measure_disk_speed(Fs& fs, const std::string& folder, const DiskSpeedLimits& limits = {});

}  // namespace itpn
