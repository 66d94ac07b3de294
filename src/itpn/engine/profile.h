// Where the time of some steps goes, by LibTorch's own profiler.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace itpn {

// What one kernel, or on the CPU one operator without those that it calls, took in all its calls.
struct ProfileRow {
  std::string name;
  int64_t calls = 0;
  double milliseconds = 0.0;
  double share = 0.0;  // of all rows
};

// Records everything from its construction on.
class Profile {
 public:
  // One at a time in a process.
  explicit Profile(const torch::Device& device);
  ~Profile();
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  // Ends the recording, and writes what was recorded to `trace_path`, for a viewer of traces (chrome://tracing,
  // Perfetto). The rows that took longest come first. Throws an input/output error (exit 5) where the file cannot be
  // written.
  std::vector<ProfileRow> stop(const std::string& trace_path);

 private:
  torch::Device device_;
  bool is_recording_ = true;
};

// A table of the first rows.
std::string to_text(const std::vector<ProfileRow>& rows, size_t most = 15);

}  // namespace itpn
