#include "itpn/data/datasets/dataset.h"

#include <fmt/format.h>

#include "itpn/core/sha256.h"

namespace itpn {

DatasetFingerprint fingerprint(const Dataset& dataset) {
  DatasetFingerprint result;
  result.count = dataset.size();
  Sha256 hash;
  for (int64_t i = 0; i < result.count; ++i) {
    const std::string name = dataset.name(i);
    // The length first: no two lists of names run together to the same text.
    hash.update(fmt::format("{} {} ", name.size(), dataset.label(i)));
    hash.update(name);
    result.total_bytes += dataset.stored_bytes(i);
  }
  result.names_hash = hash.hex();
  return result;
}

}  // namespace itpn
