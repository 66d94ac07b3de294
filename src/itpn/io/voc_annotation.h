// Annotations of one picture in Pascal VOC's form: an XML file beside it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "itpn/structures/box.h"

namespace itpn {

struct VocObject {
  std::string name;
  CornerBox box;  // xmin .. xmax and ymin .. ymax as they are written: no pixel is added or taken away
  bool is_difficult = false;
};

struct VocAnnotation {
  std::string file_name;  // of the picture; "" where the file does not say
  int64_t width = 0;      // 0 where the file does not say
  int64_t height = 0;
  std::vector<VocObject> objects;  // parts of objects (heads, hands) are left out
};

// Throws data_error that names `where`, and the line where the text is no XML: another root than <annotation>, an
// object without a name or a box, a number that is none, a box without area.
VocAnnotation parse_voc_annotation(std::string_view text, const std::string& where);

}  // namespace itpn
