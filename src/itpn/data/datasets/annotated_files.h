// The annotations of one part of a set, whatever their form, and the files of its pictures.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/data/datasets/annotation_parts.h"
#include "itpn/structures/coco.h"

namespace itpn {

inline constexpr size_t kMostNamed = 5;  // ids, names or files that a message about annotations shows

struct AnnotatedFiles {
  CocoSet set;                            // every picture with its size, 0 x 0 where it cannot be read
  std::vector<std::string> paths;         // by picture of the set; "": there is no such file
  std::vector<std::string> remarks = {};  // what was settled on the way, for people
};

// Reads annotations, finds the pictures and looks up the sizes that are not told. Ids of pictures, annotations and
// categories are those of the file, or count from 1 where the form has none. Throws data_error as the readers of the
// forms do (io/coco_json.h, io/yolo_labels.h, io/voc_annotation.h), and for a name that could be several pictures.
AnnotatedFiles read_annotations(Fs& fs, const AnnotatedPart& part);

// The same, fit for training: drop_unused_twins and check_masks are done.
AnnotatedFiles read_annotated(Fs& fs, const AnnotatedPart& part);

// Of two categories of one name, those without an annotation go, with a remark: some programs list the name of a group
// beside that of its only class. Throws data_error where two are left.
void drop_unused_twins(const std::string& name, AnnotatedFiles* files);

// Whether an outline can be filled: some part has three points, and none lies far outside of every picture.
bool is_usable_outline(const std::vector<Polygon>& parts);

// Outlines of less than three points or with points far outside of the picture go, so that only the box is left, with a
// remark. Throws data_error for runs of another size than their picture.
void check_masks(const std::string& name, AnnotatedFiles* files);

}  // namespace itpn
