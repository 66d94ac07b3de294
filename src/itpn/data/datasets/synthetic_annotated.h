// The built-in set of synthetic scenes with the boxes and masks of their shapes, for detection without any file.
#pragma once

#include <vector>

#include "itpn/data/datasets/annotated_dataset.h"
#include "itpn/data/datasets/synthetic_scene.h"

namespace itpn {

// What the scenes show, as COCO's files would hold it: ids from 1, masks as runs. Shapes of which nothing can be seen
// are left out.
CocoSet synthetic_coco(const SyntheticOptions& options);

class SyntheticAnnotated : public AnnotatedDataset {
 public:
  // `set` is what synthetic_coco says of the same options.
  SyntheticAnnotated(const SyntheticOptions& options, const CocoSet& set);

  int64_t size() const override { return options_.count; }
  std::string name(int64_t index) const override { return image(index).file_name; }
  void read(int64_t index, StoredPicture& into) const override;
  const CocoImage& image(int64_t index) const override { return images_.at(static_cast<size_t>(index)); }
  const Instances& truth(int64_t index) const override { return truth_.at(static_cast<size_t>(index)); }

 private:
  SyntheticOptions options_;
  std::vector<CocoImage> images_;
  std::vector<Instances> truth_;
};

}  // namespace itpn
