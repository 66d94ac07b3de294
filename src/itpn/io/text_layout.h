// Text that has to fit: broken into lines, or cut with an ellipsis.
#pragma once

#include <string>
#include <vector>

#include "itpn/io/drawing.h"

namespace itpn {

// Lines of at most `width` units, broken at spaces, else after "/", "-", "_", "," or ":", else between two characters.
// A line holds at least one character.
std::vector<std::string> wrap_text(const std::string& words, double width, const TextStyle& style);

// `words`, or as much of their beginning and end as fits `width` units with an ellipsis between them.
std::string elided_text(const std::string& words, double width, const TextStyle& style);

// Draws lines below each other; the first is where Drawing::text would put it.
void draw_lines(Drawing& drawing, const Point& first, const std::vector<std::string>& lines, const TextStyle& style);

// Units that the longest of the lines takes.
double widest(const std::vector<std::string>& lines, const TextStyle& style);

}  // namespace itpn
