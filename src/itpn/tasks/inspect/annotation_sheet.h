// A sheet of sample pictures with their objects: boxes, masks and names as the annotations have them, and beside them
// the same as a detector gets them in training.
#pragma once

#include <cstdint>
#include <string>

#include "itpn/data/datasets/annotated_dataset.h"
#include "itpn/data/transforms/detection_transform.h"
#include "itpn/io/drawing.h"

namespace itpn {

struct AnnotationSheetOptions {
  int64_t samples = 8;                // spread evenly over the pictures that have an object
  DetectionTransformConfig training;  // the paper's
  uint64_t seed = 0;
};

// Crowds are drawn in grey. Pictures that cannot be read have their reason in their place. Throws std::invalid_argument
// for a set without a picture.
Image annotation_sheet(const AnnotatedDataset& dataset, const AnnotationSheetOptions& options = {});

// Writes FOLDER/training.png, FOLDER/validation.png, ... of the parts of the set at `path`, and returns their paths.
std::vector<std::string> write_annotation_sheets(const std::string& path, const std::string& folder);

}  // namespace itpn
