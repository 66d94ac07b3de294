#include "itpn/io/svg_canvas.h"

#include <fmt/format.h>

namespace itpn {
namespace {

std::string hex(const Colour& colour) { return fmt::format("#{:02x}{:02x}{:02x}", colour[0], colour[1], colour[2]); }

// Text as XML has it; what XML 1.0 forbids even as a reference becomes a question mark.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c >= ' ' && c < 127 ? c : '?';
    }
  }
  return result;
}

}  // namespace

SvgCanvas::SvgCanvas(int width, int height) {
  body_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"monospace\" font-size=\"18\">\n",
      width, height);
  rectangle(0, 0, width, height, {255, 255, 255});
}

void SvgCanvas::rectangle(int left, int top, int width, int height, const Colour& colour) {
  body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n", left, top, width, height,
                       hex(colour));
}

void SvgCanvas::text(int left, int top, const std::string& words, const Colour& colour) {
  if (words.empty()) return;
  // The same width as in pixels, whatever typeface the reader has.
  body_ += fmt::format(
      "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" "
      "fill=\"{}\">{}</text>\n",
      left, top + kTextHeight, text_width(words), hex(colour), escaped(words));
}

void SvgCanvas::stroke(const Stroke& corners, const Colour& colour) {
  body_ += "<polyline points=\"";
  for (const auto& [x, y] : corners) body_ += fmt::format("{:.1f},{:.1f} ", x, y);
  body_ += fmt::format("\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-linejoin=\"round\"/>\n", hex(colour));
}

}  // namespace itpn
