#include "itpn/data/datasets/dataset.h"

#include <fmt/format.h>

namespace itpn {

void FingerprintHasher::add(std::string_view name, int64_t label, uint64_t stored_bytes) {
  // The length first: no two lists of names run together to the same text.
  hash_.update(fmt::format("{} {} ", name.size(), label));
  hash_.update(name);
  total_bytes_ += stored_bytes;
  ++count_;
}

DatasetFingerprint fingerprint(const Dataset& dataset) {
  if (auto known = dataset.known_fingerprint()) return *std::move(known);
  FingerprintHasher hasher;
  for (int64_t i = 0; i < dataset.size(); ++i) hasher.add(dataset.name(i), dataset.label(i), dataset.stored_bytes(i));
  return hasher.fingerprint();
}

}  // namespace itpn
