#include "itpn/io/text_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "itpn/core/utf8.h"

namespace itpn {
namespace {

std::vector<std::string> characters_of(std::string_view words) {
  std::vector<std::string> characters;
  while (!words.empty()) {
    const size_t length = std::max<size_t>(1, utf8_length(words));
    characters.emplace_back(words.substr(0, length));
    words.remove_prefix(length);
  }
  return characters;
}

// Pieces between which a line may end.
std::vector<std::string> pieces_of(const std::string& words, std::string_view ends) {
  std::vector<std::string> pieces(1);
  for (const char c : words) {
    pieces.back() += c;
    if (ends.find(c) != std::string_view::npos) pieces.emplace_back();
  }
  if (pieces.back().empty() && pieces.size() > 1) pieces.pop_back();
  return pieces;
}

std::string without_last_spaces(const std::string& line) { return line.substr(0, line.find_last_not_of(' ') + 1); }

class Wrapper {
 public:
  Wrapper(double width, const TextStyle& style) : width_(width), style_(style) {}

  // Adds the pieces to the last line or to a new one; those that need more than a line, in finer pieces.
  void add(const std::vector<std::string>& pieces, int fineness) {
    for (const std::string& piece : pieces) {
      if (fits(lines_.back() + piece)) {
        lines_.back() += piece;
      } else if (fits(piece) || fineness == kCharacters) {
        if (!lines_.back().empty()) lines_.emplace_back();
        lines_.back() += piece;
      } else {
        add(fineness == kWords ? pieces_of(piece, "/-_,:") : characters_of(piece), fineness + 1);
      }
    }
  }

  std::vector<std::string> take() {
    for (std::string& line : lines_) line = without_last_spaces(line);
    return std::move(lines_);
  }

  static constexpr int kWords = 0, kCharacters = 2;

 private:
  bool fits(const std::string& line) const { return text_width(without_last_spaces(line), style_) <= width_; }

  double width_;
  const TextStyle& style_;
  std::vector<std::string> lines_ = {""};
};

}  // namespace

std::vector<std::string> wrap_text(const std::string& words, double width, const TextStyle& style) {
  Wrapper wrapper(width, style);
  wrapper.add(pieces_of(words, " "), Wrapper::kWords);
  return wrapper.take();
}

std::string elided_text(const std::string& words, double width, const TextStyle& style) {
  if (text_width(words, style) <= width) return words;
  const std::vector<std::string> characters = characters_of(words);
  std::string shown = "…";
  for (size_t kept = 1; kept < characters.size(); ++kept) {
    const auto middle = static_cast<std::ptrdiff_t>((kept + 1) / 2), end = static_cast<std::ptrdiff_t>(kept / 2);
    const std::string longer = fmt::format("{}…{}", fmt::join(characters.begin(), characters.begin() + middle, ""),
                                           fmt::join(characters.end() - end, characters.end(), ""));
    if (text_width(longer, style) > width) break;
    shown = longer;
  }
  return shown;
}

void draw_lines(Drawing& drawing, const Point& first, const std::vector<std::string>& lines, const TextStyle& style) {
  for (size_t i = 0; i < lines.size(); ++i) {
    const double offset = static_cast<double>(i) * line_height(style.size);
    const Point at = style.is_upwards ? Point{first.x + offset, first.y} : Point{first.x, first.y + offset};
    drawing.text(at, lines[i], style);
  }
}

double widest(const std::vector<std::string>& lines, const TextStyle& style) {
  double width = 0;
  for (const std::string& line : lines) width = std::max(width, text_width(line, style));
  return width;
}

}  // namespace itpn
