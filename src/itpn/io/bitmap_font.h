// A 5 x 7 pixel typeface for labels in pictures that the program draws.
#pragma once

#include <array>
#include <cstdint>

namespace itpn {

inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 7;

// Rows from the top; the leftmost pixel is bit 4.
using Glyph = std::array<uint8_t, kGlyphHeight>;

// The glyph of a character; letters, digits and common punctuation are there, anything else is drawn as a blank.
const Glyph& glyph_of(char character);

}  // namespace itpn
