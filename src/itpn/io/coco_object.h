// The parts that annotations and results share.
#pragma once

#include <optional>

#include "itpn/io/json_reader.h"
#include "itpn/structures/coco.h"

namespace itpn {

// [x, y, width, height]; nothing for null and an empty list.
std::optional<CornerBox> read_coco_box(JsonReader& reader);
Segmentation read_segmentation(JsonReader& reader);
// 0, 1, true or false.
bool read_flag(JsonReader& reader);

}  // namespace itpn
