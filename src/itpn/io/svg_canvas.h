// A drawing as SVG, for papers and pages that are zoomed.
#pragma once

#include <string>

#include "itpn/io/drawing.h"

namespace itpn {

class SvgCanvas : public Drawing {
 public:
  // White.
  SvgCanvas(int width, int height);

  void rectangle(int left, int top, int width, int height, const Colour& colour) override;
  void text(int left, int top, const std::string& words, const Colour& colour) override;
  void stroke(const Stroke& corners, const Colour& colour) override;

  // The whole document.
  std::string take() { return body_ + "</svg>\n"; }

 private:
  std::string body_;
};

}  // namespace itpn
