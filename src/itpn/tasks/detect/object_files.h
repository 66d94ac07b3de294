// A file for each picture with what a detector found in it: labels to train on, drawings to look at.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "itpn/tasks/detect/object_sink.h"

namespace itpn {

struct ObjectFilesOptions {
  std::string directory;                 // made where it is missing; file names are as in output_names.h
  std::vector<std::string> paths;        // of all pictures
  std::vector<std::string> class_names;  // by label
};

// Labels in YOLO's form, NAME.txt: a line "CLASS X Y WIDTH HEIGHT" an object, in shares of the picture's sides, and
// classes.txt with a name a line. Scores and masks are not in them. Throws exit code 5 where the disk refuses.
std::unique_ptr<ObjectSink> make_yolo_files(const ObjectFilesOptions& options);

// The pictures with boxes, masks, names and scores drawn over them, NAME.png: small pictures enlarged, very large ones
// made smaller. A detector of one class draws each object in a colour of its own. Throws a usage error (exit 2) where a
// drawing would replace one of the pictures, exit code 5 where the disk refuses.
std::unique_ptr<ObjectSink> make_drawings(const ObjectFilesOptions& options);

}  // namespace itpn
