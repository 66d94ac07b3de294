// The account of samples that could not be used: counted by kind, each listed once, and too many of them end the run;
// and of those that were used though they are damaged.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "itpn/core/files.h"
#include "itpn/data/datasets/sample_set.h"

namespace itpn {

// A sample that could not be used.
struct BadSample {
  int64_t index = 0;
  std::string kind;  // one word, as of a SampleError
  std::string reason;
};

struct BadSampleLimits {
  // Largest share of the dataset that may be bad, rounded up to a whole sample.
  double max_fraction = 0.001;
  // A tab-separated list: kind, name, reason. Samples that it names already (a resumed run) are counted from the start
  // and not listed again. Empty: no list.
  std::string list_path;
};

class BadSamples {
 public:
  // Reads `limits.list_path` if it is there.
  BadSamples(Fs& fs, const SampleSet& samples, BadSampleLimits limits);
  // Throws data_error with the counts by kind once there are too many different bad samples.
  void add(const BadSample& bad);
  // A sample that is used although something is wrong with it: counted and listed once, as "damaged-used".
  void note_damaged(int64_t index, const std::string& damage);
  // Different bad samples by kind.
  const std::map<std::string, int64_t>& counts() const { return counts_; }
  int64_t total() const { return static_cast<int64_t>(seen_.size()); }
  // How often a sample was replaced by another one, a bad sample met twice counting twice.
  int64_t replaced() const { return replaced_; }
  // Different samples that were used although they are damaged.
  int64_t damaged() const { return static_cast<int64_t>(damaged_.size()); }

 private:
  void read_list();
  void append(const std::string& name, const BadSample& bad);
  void check_share(const BadSample& last) const;

  Fs& fs_;
  const SampleSet& samples_;
  BadSampleLimits limits_;
  std::map<std::string, int64_t> counts_;
  std::set<std::string> seen_;     // printable names
  std::set<std::string> damaged_;  // of samples that were used
  int64_t replaced_ = 0;
  bool list_failed_ = false;
};

}  // namespace itpn
