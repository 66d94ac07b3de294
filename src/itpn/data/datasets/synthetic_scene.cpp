#include "itpn/data/datasets/synthetic_scene.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "itpn/core/philox.h"

namespace itpn {
namespace {

constexpr double kPi = std::numbers::pi;

// Each shape lies in the unit disk; (u, v) are its own coordinates.
using Shape = bool (*)(double u, double v);

bool in_disk(double u, double v) { return u * u + v * v <= 1.0; }
bool in_ring(double u, double v) { return in_disk(u, v) && u * u + v * v >= 0.36; }
bool in_square(double u, double v) { return std::max(std::abs(u), std::abs(v)) <= 0.72; }
bool in_bar(double u, double v) { return std::abs(u) <= 0.95 && std::abs(v) <= 0.28; }
bool in_cross(double u, double v) { return in_bar(u, v) || in_bar(v, u); }
bool in_moon(double u, double v) { return in_disk(u, v) && !in_disk((u - 0.45) / 0.85, v / 0.85); }
// Within a regular polygon with a corner at angle 0.
bool in_polygon(double u, double v, int corners) {
  const double sector = 2.0 * kPi / corners;
  const double angle = std::atan2(v, u);
  const double from_middle = angle - sector * (std::floor(angle / sector) + 0.5);
  return std::hypot(u, v) * std::cos(from_middle) <= std::cos(sector / 2.0);
}
bool in_triangle(double u, double v) { return in_polygon(u, v, 3); }
bool in_hexagon(double u, double v) { return in_polygon(u, v, 6); }
// Five points whose inner corners lie at 0.45 of the radius.
bool in_star(double u, double v) {
  constexpr double kInner = 0.45, kSector = kPi / 5.0;
  const double angle = std::abs(std::remainder(std::atan2(v, u), 2.0 * kSector));
  const double x = std::hypot(u, v) * std::cos(angle), y = std::hypot(u, v) * std::sin(angle);
  const double corner_x = kInner * std::cos(kSector), corner_y = kInner * std::sin(kSector);
  return y * (1.0 - corner_x) <= (1.0 - x) * corner_y;
}

struct ShapeClass {
  const char* name;
  Shape contains;
};

constexpr std::array<ShapeClass, 10> kShapes{{{"bar", in_bar},
                                              {"cross", in_cross},
                                              {"disk", in_disk},
                                              {"hexagon", in_hexagon},
                                              {"moon", in_moon},
                                              {"ring", in_ring},
                                              {"square", in_square},
                                              {"star", in_star},
                                              {"triangle", in_triangle},
                                              {"ellipse", [](double u, double v) { return in_disk(u, 2.0 * v); }}}};

struct Colour {
  std::array<double, 3> rgb;
};

Colour random_colour(RandomStream& draws) { return {{draws.uniform(), draws.uniform(), draws.uniform()}}; }

double distance(const Colour& a, const Colour& b) {
  return std::hypot(a.rgb[0] - b.rgb[0], a.rgb[1] - b.rgb[1], a.rgb[2] - b.rgb[2]);
}

Colour mixed(const Colour& a, const Colour& b, double share_of_b) {
  Colour result;
  for (size_t c = 0; c < 3; ++c) result.rgb[c] = a.rgb[c] + (b.rgb[c] - a.rgb[c]) * share_of_b;
  return result;
}

void put(uint8_t* pixel, const Colour& colour) {
  for (size_t c = 0; c < 3; ++c) pixel[c] = static_cast<uint8_t>(std::clamp(colour.rgb[c], 0.0, 1.0) * 255.0 + 0.5);
}

// Two colours that run into each other, with faint stripes, so that hidden patches can be guessed from their
// neighbours.
struct Ground {
  Colour from, to;
  double angle, stripe_angle, stripe_length, stripe_phase, stripe_depth;
};

Ground random_ground(RandomStream& draws) {
  Ground ground;
  ground.from = random_colour(draws);
  ground.to = random_colour(draws);
  ground.angle = draws.uniform(0.0, 2.0 * kPi);
  ground.stripe_angle = draws.uniform(0.0, kPi);
  ground.stripe_length = draws.uniform(0.06, 0.4);
  ground.stripe_phase = draws.uniform(0.0, 2.0 * kPi);
  ground.stripe_depth = draws.uniform(0.0, 0.15);
  return ground;
}

void paint_ground(const Ground& g, Image& image) {
  const double side = std::min(image.width, image.height);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const double u = x / side - 0.5, v = y / side - 0.5;
      const double along = 0.5 + 0.7 * (u * std::cos(g.angle) + v * std::sin(g.angle));
      const double across = u * std::cos(g.stripe_angle) + v * std::sin(g.stripe_angle);
      const double wave = std::sin(2.0 * kPi * across / g.stripe_length + g.stripe_phase);
      Colour colour = mixed(g.from, g.to, std::clamp(along, 0.0, 1.0));
      for (double& value : colour.rgb) value += g.stripe_depth * wave;
      put(image.row(y) + 3 * x, colour);
    }
  }
}

struct Placement {
  double x, y, radius, angle;
  Colour colour;
};

Placement random_placement(RandomStream& draws, const Image& image, const Ground& ground, double radius_share) {
  Placement p;
  p.radius = radius_share * std::min(image.width, image.height);
  p.x = draws.uniform(p.radius, std::max(p.radius, image.width - p.radius));
  p.y = draws.uniform(p.radius, std::max(p.radius, image.height - p.radius));
  p.angle = draws.uniform(0.0, 2.0 * kPi);
  const Colour behind = mixed(ground.from, ground.to, 0.5);
  do p.colour = random_colour(draws);
  while (distance(p.colour, behind) < 0.5);
  return p;
}

// Saturated red, yellow, ... and back at hue 1; dull ones have a small saturation.
Colour colour_of_hue(double hue, double saturation, double value) {
  Colour colour;
  for (size_t c = 0; c < 3; ++c) {
    const double from_peak = std::abs(std::remainder(hue - static_cast<double>(c) / 3.0, 1.0));
    const double share = std::clamp(2.0 - 6.0 * from_peak, 0.0, 1.0);
    colour.rgb[c] = value * (1.0 - saturation * (1.0 - share));
  }
  return colour;
}

// Dull, so that the shape stands out, and nearly plain.
Ground portrait_ground(RandomStream& draws) {
  Ground ground = random_ground(draws);
  ground.from = colour_of_hue(draws.uniform(), 0.25, draws.uniform(0.1, 0.9));
  ground.to = colour_of_hue(draws.uniform(), 0.25, draws.uniform(0.1, 0.9));
  ground.stripe_depth *= 0.3;
  return ground;
}

// Neighbouring hues overlap, so that the hue alone does not tell the class.
Placement portrait_placement(RandomStream& draws, const Image& image, int label) {
  constexpr double kHueSpread = 0.08, kTurn = kPi / 12.0, kShift = 0.08;
  Placement p;
  const double side = std::min(image.width, image.height);
  p.radius = side * draws.uniform(0.3, 0.42);
  p.x = image.width * 0.5 + side * draws.uniform(-kShift, kShift);
  p.y = image.height * 0.5 + side * draws.uniform(-kShift, kShift);
  p.angle = draws.uniform(-kTurn, kTurn);
  const double hue = static_cast<double>(label) / static_cast<double>(kShapes.size());
  p.colour =
      colour_of_hue(hue + draws.uniform(-kHueSpread, kHueSpread), draws.uniform(0.6, 1.0), draws.uniform(0.6, 1.0));
  return p;
}

// Paints the shape and takes its pixels from the objects below it.
void paint_object(int label, const Placement& p, SyntheticScene& scene) {
  Image& image = scene.image;
  SyntheticObject object{label, {}, std::vector<uint8_t>(static_cast<size_t>(image.width) * image.height)};
  const int top = std::max(0, static_cast<int>(p.y - p.radius)), left = std::max(0, static_cast<int>(p.x - p.radius));
  const int bottom = std::min(image.height, static_cast<int>(p.y + p.radius) + 2);
  const int right = std::min(image.width, static_cast<int>(p.x + p.radius) + 2);
  const double cosine = std::cos(p.angle) / p.radius, sine = std::sin(p.angle) / p.radius;
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      const double dx = x + 0.5 - p.x, dy = y + 0.5 - p.y;
      if (!kShapes[label].contains(cosine * dx + sine * dy, cosine * dy - sine * dx)) continue;
      const size_t at = static_cast<size_t>(y) * image.width + x;
      for (auto& below : scene.objects) below.mask[at] = 0;
      object.mask[at] = 1;
      put(image.row(y) + 3 * x, p.colour);
    }
  }
  scene.objects.push_back(std::move(object));
}

Rect visible_box(const std::vector<uint8_t>& mask, int width, int height) {
  int left = width, right = 0, top = height, bottom = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (!mask[static_cast<size_t>(y) * width + x]) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = y + 1;
    }
  }
  return right > left ? Rect{left, top, right - left, bottom - top} : Rect{};
}

void find_visible_boxes(SyntheticScene& scene) {
  for (auto& object : scene.objects) object.box = visible_box(object.mask, scene.image.width, scene.image.height);
  std::erase_if(scene.objects, [](const auto& object) { return object.box.width == 0; });
}

int draw_label(RandomStream& draws) {
  return static_cast<int>(draws.integer(0, static_cast<int64_t>(kShapes.size()) - 1));
}

RandomStream scene_stream(const SyntheticOptions& options, int64_t index) {
  return {options.seed, Purpose::kSynthetic, 0, static_cast<uint64_t>(index)};
}

}  // namespace

const std::vector<std::string>& synthetic_class_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const auto& shape : kShapes) names.emplace_back(shape.name);
    return names;
  }();
  return kNames;
}

int synthetic_label(const SyntheticOptions& options, int64_t index) {
  RandomStream draws = scene_stream(options, index);
  return draw_label(draws);
}

SyntheticScene synthetic_scene(const SyntheticOptions& options, int64_t index) {
  RandomStream draws = scene_stream(options, index);
  SyntheticScene scene;
  scene.label = draw_label(draws);
  scene.image = Image(options.width, options.height, 3);
  if (options.style == SyntheticStyle::kPortrait) {
    paint_ground(portrait_ground(draws), scene.image);
    paint_object(scene.label, portrait_placement(draws, scene.image, scene.label), scene);
    find_visible_boxes(scene);
    return scene;
  }
  const Ground ground = random_ground(draws);
  paint_ground(ground, scene.image);
  const auto small_ones = draws.integer(0, std::max(0, options.max_objects - 1));
  for (int64_t i = 0; i < small_ones; ++i) {
    const int label = draw_label(draws);
    paint_object(label, random_placement(draws, scene.image, ground, draws.uniform(0.08, 0.16)), scene);
  }
  paint_object(scene.label, random_placement(draws, scene.image, ground, draws.uniform(0.22, 0.4)), scene);
  find_visible_boxes(scene);
  return scene;
}

}  // namespace itpn
