// What a detector or a segmenter found, drawn over the picture: boxes, masks, labels. Places are in units of the
// drawing, which for a picture at scale 1 are its pixels; (0, 0) is the outer corner of the first pixel. Colours of
// classes are in palette.h, legends in legend.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "itpn/io/drawing.h"

namespace itpn {

// Sizes that suit a picture of that width and height.
struct OverlayStyle {
  double line = 2;        // width of outlines
  double text = 12;       // size of labels
  double opacity = 0.45;  // of what fills a mask
};
OverlayStyle overlay_style(double width, double height);

// The outline of a box in `colour`, between two thin lines that make it visible on any picture.
void draw_box(Drawing& drawing, const Area& box, const Colour& colour, const OverlayStyle& style);

// A line of text on a ground of `colour`, in ink or paper, whichever is read better. It stands on the box's upper edge,
// or where there is no room above it inside of the box, moved into `picture` where it would leave it; a text that is
// wider than the picture is cut with an ellipsis. Returns where the ground is. Where no font is installed nothing is
// drawn.
Area draw_label(Drawing& drawing, const Area& box, const std::string& words, const Colour& colour, const Area& picture,
                const OverlayStyle& style);

struct Mask {
  int width = 0;
  int height = 0;
  std::span<const uint8_t> is_inside;  // [y * width + x], 0 outside
};

// The mask stretched over `place`: half transparent inside, with an outline of the colour itself along its edge, as
// wide as the style's line to the nearest pixel of the mask. Throws std::invalid_argument for another number of values.
void draw_mask(Drawing& drawing, const Mask& mask, const Area& place, const Colour& colour, const OverlayStyle& style);

}  // namespace itpn
