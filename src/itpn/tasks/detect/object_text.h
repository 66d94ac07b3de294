// What a detector found as text: a table for people, JSON lines, CSV, COCO's JSON.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "itpn/tasks/detect/object_sink.h"
#include "itpn/tasks/weights/model_request.h"

namespace itpn {

// How text of objects is written. Numbers come back to the last bit of their single precision.
struct ObjectTextOptions {
  PredictionFormat format = PredictionFormat::kTable;  // not kYolo, which is no single text
  std::vector<std::string> class_names;                // by label
  std::vector<std::string> file_names;                 // of kCoco, by the picture's place
};

// Hands text to `print` as it comes, a picture at a time.
//   kTable  the picture's name, and a line an object: score, class, corners
//   kJson   one object a line: file, width, height, boxes (x1, y1, x2, y2 in pixels of the picture), scores, labels,
//           names, and masks as COCO's compressed runs where the detector has masks; or file and error
//   kCsv    a line an object; a picture without one has a line without values, one that cannot be read its error
//   kCoco   one annotation file: categories (id = label + 1), annotations with their scores, images
std::unique_ptr<ObjectSink> make_object_text(const ObjectTextOptions& options,
                                             std::function<void(const std::string&)> print);

}  // namespace itpn
