#include "itpn/data/datasets/synthetic_dataset.h"

#include <fmt/format.h>

namespace itpn {

SyntheticDataset::SyntheticDataset(const SyntheticOptions& options) : options_(options) {
  class_names_ = synthetic_class_names();
}

void SyntheticDataset::read(int64_t index, StoredPicture& into) const {
  into.bytes.clear();
  into.image = synthetic_scene(options_, index).image;
}

std::string SyntheticDataset::name(int64_t index) const {
  return fmt::format("synthetic:{}x{}:{}:{}", options_.width, options_.height, options_.seed, index);
}

}  // namespace itpn
