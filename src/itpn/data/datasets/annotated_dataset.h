// A set of pictures with objects: what detection trains on. Whatever the format of the annotations, it is held as
// COCO's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/datasets/dataset.h"
#include "itpn/structures/coco.h"
#include "itpn/structures/instances.h"

namespace itpn {

// Readers may be many threads at once.
class AnnotatedDataset : public SampleSet {
 public:
  // Fills `into`, reusing its memory. Throws SampleError for a bad sample.
  virtual void read(int64_t index, StoredPicture& into) const = 0;
  // Id, name, and the size that the annotations are of.
  virtual const CocoImage& image(int64_t index) const = 0;
  // The objects that training uses, and crowds as ignored regions; boxes are not clipped.
  virtual const Instances& truth(int64_t index) const = 0;
  // By label.
  const std::vector<std::string>& class_names() const { return class_names_; }

 protected:
  std::vector<std::string> class_names_;
};

// The picture as its annotations see it: as it is where both sizes agree, turned where the sides are swapped and EXIF
// says that it lies on its side. Otherwise a SampleError "wrong-size" that names both sizes.
Image decode_annotated(const StoredPicture& picture, const CocoImage& image);

// What of the set decides the course of a training: the pictures as the annotations name them, with their sizes, and
// their objects with class, box and mask. Not where the pictures lie, nor what is in their files.
DatasetFingerprint fingerprint(const AnnotatedDataset& dataset);

// By sample, 1 for pictures that are wider than high, else 0: the groups of which a micro-batch is made.
std::vector<int32_t> orientations(const AnnotatedDataset& dataset);

}  // namespace itpn
