#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "itpn/data/datasets/picture_index.h"

namespace {

using Bytes = std::vector<std::byte>;

void check(bool holds) {
  if (!holds) std::abort();
}

// Everything that an index says, once it is taken, leads to somewhere inside it.
void open(Bytes bytes) {
  const auto owner = std::make_shared<const Bytes>(std::move(bytes));
  const auto index = itpn::PictureIndex::open(owner, *owner, "key");
  if (!index) return;
  size_t text = 0;
  for (int64_t i = 0; i < index->size(); ++i) {
    text += index->name(i).size();
    if (index->has_labels()) check(static_cast<size_t>(index->label(i)) < index->classes().size());
    if (!index->is_of_shards()) continue;
    check(index->place_of(i) < index->places().size());
    index->offset(i);
  }
  for (size_t i = 0; i < index->places().size(); ++i) {
    text += index->places()[i].size();
    index->stamp(i);
  }
  check(text <= owner->size());
  for (size_t i = 0; i < index->skipped().size(); ++i) check(index->skipped_reason(i).size() <= owner->size());
  index->skipped_by_reason();
}

// A fuzzer cannot guess the digest at the end.
Bytes with_right_digest(Bytes bytes) {
  if (bytes.size() < sizeof(itpn::Sha256Digest)) return bytes;
  itpn::Sha256 hash;
  hash.update(std::span(bytes).first(bytes.size() - sizeof(itpn::Sha256Digest)));
  const itpn::Sha256Digest digest = hash.digest();
  std::memcpy(bytes.data() + bytes.size() - digest.size(), digest.data(), digest.size());
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto* const first = reinterpret_cast<const std::byte*>(data);
  open({first, first + size});
  open(with_right_digest({first, first + size}));
  return 0;
}
