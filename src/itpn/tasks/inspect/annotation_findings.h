// What looks wrong in the annotations of a set, before a detector is trained on it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/data/datasets/annotated_files.h"
#include "itpn/tasks/inspect/picture_inspection.h"

namespace itpn {

// Of annotations, pictures or categories.
struct AnnotationFinding {
  std::string code;                     // "duplicate-annotation-id", ...: never changes, for programs
  std::string of;                       // what the ids are of: "annotation", "picture", "category"
  std::string text;                     // behind "3 annotations": "with an id ..."
  bool stops = false;                   // training refuses the set until it is mended
  std::vector<int64_t> ids;             // in the order of the file, at least one
  std::vector<std::string> names = {};  // of categories, printable, by id of `ids`
};

// From the annotations and the names of files alone.
std::vector<AnnotationFinding> annotation_findings(const AnnotatedFiles& files);

// From what the pictures are: other sizes than the annotations say, and turns by EXIF, of which the sizes tell whether
// the annotations were made before or after. `pictures` by picture of the set.
std::vector<AnnotationFinding> size_findings(const CocoSet& set, const std::vector<PictureFinding>& pictures);

}  // namespace itpn
