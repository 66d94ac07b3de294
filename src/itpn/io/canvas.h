// A picture that the program draws on: rectangles, strokes, labels.
#pragma once

#include <string>
#include <utility>

#include "itpn/io/drawing.h"
#include "itpn/io/image.h"

namespace itpn {

class Canvas : public Drawing {
 public:
  // White, RGB.
  Canvas(int width, int height);

  // Mixes `colour` into a pixel with the given coverage in [0, 1]; nothing outside of the picture.
  void blend(int x, int y, const Colour& colour, double coverage);
  void rectangle(int left, int top, int width, int height, const Colour& colour) override;
  void text(int left, int top, const std::string& words, const Colour& colour) override;
  void stroke(const Stroke& corners, const Colour& colour) override;
  // The same upwards: the line begins at the bottom.
  void text_upwards(int left, int bottom, const std::string& words, const Colour& colour);
  // A stroke about two pixels wide, with soft edges: coverage falls with the distance from the segment.
  void segment(double x0, double y0, double x1, double y1, const Colour& colour);

  Image take() { return std::move(image_); }

 private:
  Image image_;
};

}  // namespace itpn
