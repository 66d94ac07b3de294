// Colours that are told apart: of curves on white paper, and of classes on any picture.
#pragma once

#include <cstddef>
#include <vector>

#include "itpn/io/drawing.h"

namespace itpn {

inline constexpr Colour kGrid = {225, 225, 225};
inline constexpr Colour kFaint = {130, 130, 130};

// The look of curve i of a chart: seven colours that colour-blind people can tell apart, solid for the first seven
// curves, then dashed in four ways.
Line curve_line(size_t i);

// A colour for each of `count` classes, each as far as can be from those before it to the eye. Class i has the same
// colour whatever the count; none is nearly black, white or grey. Beyond some thousand classes colours come again.
std::vector<Colour> class_colours(size_t count);

// How different two colours look: their distance in Oklab, in which black and white are 1 apart.
double colour_distance(const Colour& a, const Colour& b);

// Ink or paper, whichever is read better on that background.
Colour readable_on(const Colour& background);

}  // namespace itpn
