#include "itpn/io/palette.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace itpn {
namespace {

// Okabe and Ito's colours, without the yellow, which white paper swallows.
constexpr std::array<Colour, 7> kCurveColours = {Colour{0, 114, 178},   Colour{213, 94, 0},   Colour{0, 158, 115},
                                                 Colour{204, 121, 167}, Colour{86, 180, 233}, Colour{230, 159, 0},
                                                 Colour{90, 90, 90}};

// Björn Ottosson's Oklab: equal distances look equally different.
struct Oklab {
  double lightness, green_red, blue_yellow;
};

double linear(uint8_t level) {
  const double share = level / 255.0;
  return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
}

Oklab oklab_of(const Colour& colour) {
  const double r = linear(colour[0]), g = linear(colour[1]), b = linear(colour[2]);
  const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

double distance(const Oklab& a, const Oklab& b) {
  return std::hypot(a.lightness - b.lightness, a.green_red - b.green_red, a.blue_yellow - b.blue_yellow);
}

struct Candidate {
  Colour colour;
  Oklab look;
  double nearest = std::numeric_limits<double>::infinity();  // distance to the nearest colour taken so far
};

// Strong colours of medium lightness, the first class's in front.
std::vector<Candidate> candidates() {
  constexpr int kStep = 17;  // 16 levels of each primary
  constexpr double kLeastChroma = 0.09, kDarkest = 0.45, kLightest = 0.9;
  constexpr Colour kFirst = {255, 68, 0};
  std::vector<Candidate> all = {{kFirst, oklab_of(kFirst)}};
  for (int r = 0; r < 256; r += kStep) {
    for (int g = 0; g < 256; g += kStep) {
      for (int b = 0; b < 256; b += kStep) {
        const Colour colour = {static_cast<uint8_t>(r), static_cast<uint8_t>(g), static_cast<uint8_t>(b)};
        const Oklab look = oklab_of(colour);
        const bool is_strong = std::hypot(look.green_red, look.blue_yellow) >= kLeastChroma;
        if (is_strong && look.lightness >= kDarkest && look.lightness <= kLightest) all.push_back({colour, look});
      }
    }
  }
  return all;
}

}  // namespace

Line curve_line(size_t i) {
  const std::array<std::vector<double>, 5> dashes = {
      std::vector<double>{}, {6, 2.5}, {1.5, 1.8}, {7, 2, 1.5, 2}, {3, 1.5, 3, 4}};
  return {.colour = kCurveColours[i % kCurveColours.size()],
          .width = 1.4,
          .dashes = dashes[i / kCurveColours.size() % dashes.size()]};
}

std::vector<Colour> class_colours(size_t count) {
  std::vector<Candidate> all = candidates();
  std::vector<Colour> colours;
  auto next = all.begin();
  while (colours.size() < std::min(count, all.size())) {
    colours.push_back(next->colour);
    const Oklab taken = next->look;
    for (Candidate& candidate : all) candidate.nearest = std::min(candidate.nearest, distance(candidate.look, taken));
    next = std::max_element(all.begin(), all.end(),
                            [](const Candidate& a, const Candidate& b) { return a.nearest < b.nearest; });
  }
  for (size_t i = colours.size(); i < count; ++i) colours.push_back(colours[i - all.size()]);
  return colours;
}

double colour_distance(const Colour& a, const Colour& b) { return distance(oklab_of(a), oklab_of(b)); }

Colour readable_on(const Colour& background) { return oklab_of(background).lightness > 0.62 ? kInk : kPaper; }

}  // namespace itpn
