// What NVIDIA's driver tells about the GPUs of this machine, whatever LibTorch is there: its library is opened while
// the program runs, and its headers are not needed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace itpn {

struct Gpu {
  std::string name;
  int64_t memory = 0;  // bytes; 0: not told
  int64_t used = 0;
};

struct NvidiaDriver {
  bool is_there = false;
  std::string version;  // "550.54.15"
  int cuda = 0;         // newest CUDA that it serves, 12040 for 12.4; 0: not told
  std::vector<Gpu> gpus;
  std::string problem;  // why less is known than could be; "" where all is well or there is no driver
};

// Asks the driver's library NVML; where that does not answer, reads what `root`/proc/driver/nvidia shows.
NvidiaDriver read_nvidia_driver(const std::string& library = "libnvidia-ml.so.1", const std::string& root = "");

}  // namespace itpn
