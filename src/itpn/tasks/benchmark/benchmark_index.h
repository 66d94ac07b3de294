// `itpn benchmark index`: what the start of a training on very many pictures costs, without having them.
#pragma once

#include <cstdint>
#include <string>

namespace itpn {

struct BenchmarkIndexOptions {
  int64_t count = 1'000'000;
  bool is_cold = false;   // the index has to be read from the disk, as after a restart of the machine
  std::string directory;  // where the index is written for a while; "" = the system's temporary folder
};

struct IndexSpeed {
  int64_t count = 0;
  int64_t classes = 0;
  double write_seconds = 0.0;    // from a scan in memory to an index on disk
  double open_seconds = 0.0;     // find it, verify it, look at each folder
  double summary_seconds = 0.0;  // fingerprint, total size, what was skipped, all labels checked
  double lookup_seconds = 0.0;   // name, size and label of 4,096 pictures in shuffled order
  uint64_t file_bytes = 0;
  int64_t own_bytes = 0;  // anonymous memory that the open dataset takes

  double start_seconds() const { return open_seconds + summary_seconds + lookup_seconds; }
};

// Writes the index of invented pictures, 1,300 in each of many folders (which do exist, empty), and opens it as a
// training does.
IndexSpeed benchmark_index(const BenchmarkIndexOptions& options);

// A few lines for people, or one JSON object.
std::string index_speed_text(const IndexSpeed& speed);
std::string index_speed_json(const IndexSpeed& speed);

}  // namespace itpn
