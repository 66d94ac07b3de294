// What the loader's scheduler knows of a dataset of any kind.
#pragma once

#include <cstdint>
#include <string>

namespace itpn {

class SampleSet {
 public:
  virtual ~SampleSet() = default;
  virtual int64_t size() const = 0;
  // Where the sample comes from: a path, or "shard.tar:member". Callers may be many threads at once.
  virtual std::string name(int64_t index) const = 0;
};

}  // namespace itpn
