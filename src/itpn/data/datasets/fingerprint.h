// What a dataset consists of, to notice on resume that it is another one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "itpn/core/sha256.h"

namespace itpn {

struct DatasetFingerprint {
  int64_t count = 0;
  uint64_t total_bytes = 0;
  std::string names_hash;  // of all names and labels in order, hexadecimal
  bool operator==(const DatasetFingerprint&) const = default;
};

// Takes the samples in their order. Checkpoints keep what comes out, so it must never change.
class FingerprintHasher {
 public:
  void add(std::string_view name, int64_t label, uint64_t stored_bytes);
  DatasetFingerprint fingerprint() const { return {count_, total_bytes_, hash_.hex()}; }

 private:
  Sha256 hash_;
  int64_t count_ = 0;
  uint64_t total_bytes_ = 0;
};

}  // namespace itpn
