// Labels of one picture in YOLO's form: a text file with an object a line, in shares of the picture's sides.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "itpn/structures/box.h"
#include "itpn/structures/polygon.h"

namespace itpn {

// One object. Numbers are shares: 0 is the left or upper edge of the picture, 1 the right or lower one.
struct YoloObject {
  int64_t label = 0;  // place in the list of names
  CornerBox box;      // of an outline: the smallest around it
  Polygon outline;    // empty where the line has a box
};

// Lines of "CLASS X Y WIDTH HEIGHT" (X, Y: the middle) or "CLASS X Y X Y X Y ..." (an outline of three points or more,
// such as a turned box). Empty lines are passed over. Throws data_error that names `where`, the line and what a line
// must be: no number, a class that is no whole number from 0, another number of columns, a share that is not from 0 to
// 1 (pixels, as a rule), a box without area.
std::vector<YoloObject> parse_yolo_labels(std::string_view text, const std::string& where);

}  // namespace itpn
