#include "itpn/data/datasets/picture_list.h"

#include <algorithm>
#include <limits>

namespace itpn {

void PictureList::add_sample(std::string_view name, uint64_t size) {
  names.add(name);
  sizes.push_back(static_cast<uint32_t>(std::min<uint64_t>(size, std::numeric_limits<uint32_t>::max())));
}

void PictureList::add_place(std::string_view name, const PlaceStamp& stamp) {
  places.add(name);
  stamps.push_back(stamp);
}

void PictureList::add_skipped(std::string_view name, const std::string& reason) {
  const auto [known, is_new] = reason_numbers_.emplace(reason, static_cast<uint32_t>(reasons.size()));
  if (is_new) reasons.add(reason);
  skipped.add(name);
  skipped_reasons.push_back(known->second);
}

}  // namespace itpn
