// data.yaml: what describes a set of pictures with labels in YOLO's form.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace itpn {

struct YoloDescription {
  std::string root;  // `path`, against which the parts below count; "" where the file does not say
  // Folders of pictures, lists of them, or single pictures; as written. Empty: the file names none.
  std::vector<std::string> train, val, test;
  std::vector<std::string> names;  // of the classes, in the order of their numbers
};

// Reads `text`: path, train, val (also: valid, validation), test, names as a list or as numbers with names, nc. Other
// keys (download, kpt_shape, ...) are passed over. Throws data_error that names `where` and, where the text is no YAML,
// the line and column: no names, numbers of names with holes or twice, nc of another count, a value of another kind.
YoloDescription parse_yolo_description(std::string_view text, const std::string& where);

}  // namespace itpn
