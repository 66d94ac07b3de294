// What charts, panels and tables are drawn on: lines, areas, real text and pictures, as PNG, SVG or PDF from the same
// calls. Positions and sizes are in units from the upper left corner; a unit is a point (1/72 inch) of a PDF or SVG and
// `scale` pixels of a PNG. Behind it stands Cairo. One thread uses a drawing at a time.
// Non-goals: gradients, scripts that need shaping (Arabic, Devanagari).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "itpn/io/image.h"

namespace itpn {

using Colour = std::array<uint8_t, 3>;  // red, green, blue

inline constexpr Colour kInk = {40, 40, 40};
inline constexpr Colour kPaper = {255, 255, 255};

struct Point {
  double x = 0;
  double y = 0;
};

struct Area {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;

  double right() const { return left + width; }
  double bottom() const { return top + height; }
  // The same, larger by `margin` on each side.
  Area grown(double margin) const { return {left - margin, top - margin, width + 2 * margin, height + 2 * margin}; }
};

struct Fill {
  Colour colour = kInk;
  double opacity = 1;
};

struct Line {
  Colour colour = kInk;
  double width = 1;
  double opacity = 1;
  std::vector<double> dashes = {};  // lengths of line and gap by turns; none: solid
};

enum class TextAnchor { kStart, kMiddle, kEnd };

struct TextStyle {
  double size = 10;  // of the typeface; a line of text needs 1.3 times as much
  Colour colour = kInk;
  TextAnchor anchor = TextAnchor::kStart;
  bool is_bold = false;
  bool is_upwards = false;  // turned left by a right angle
};

inline double line_height(double text_size) { return 1.3 * text_size; }

// Units that one line of text takes. 0 where no font is installed.
double text_width(const std::string& words, const TextStyle& style);
// True where the font has a picture of every character.
bool has_glyphs(const std::string& words);

enum class DrawingFormat { kPng, kSvg, kPdf };

// By the ending of a file's name: png, svg or pdf, in upper or lower case. Throws exit code 2 for another one.
DrawingFormat drawing_format(const std::string& path);

struct DrawingOptions {
  double width = 0;
  double height = 0;
  DrawingFormat format = DrawingFormat::kPng;
  double scale = 1;  // pixels of a PNG for each unit
};

class Drawing {
 public:
  // White. Throws exit code 2 for a PNG of more than kMaxSide pixels a side.
  explicit Drawing(const DrawingOptions& options);
  ~Drawing();
  Drawing(Drawing&&) noexcept;
  Drawing& operator=(Drawing&&) noexcept;

  static constexpr int kMaxSide = 32767;

  void fill(const Area& area, const Fill& fill);
  void fill_polygon(const std::vector<Point>& corners, const Fill& fill);
  void fill_disc(const Point& centre, double radius, const Fill& fill);
  void outline(const Area& area, const Line& line);
  void polyline(const std::vector<Point>& corners, const Line& line);
  // Stretched over `area`: pixel by pixel where it has as many, in squares where it has fewer, averaged where it has
  // more. Two and four channels have their opacity in the last one.
  void picture(const Image& image, const Area& area);
  // One line of UTF-8 that begins, is centred or ends at `at`, half a capital letter's height above its foot. Bytes
  // that are no text are shown as question marks. Where no font is installed nothing is drawn, and the log says so
  // once.
  void text(const Point& at, const std::string& words, const TextStyle& style);

  // The pixels of a PNG, RGB.
  Image image();
  // The whole file. Nothing can be drawn afterwards.
  std::vector<std::byte> file();

 private:
  struct Surface;
  std::unique_ptr<Surface> surface_;
};

}  // namespace itpn
