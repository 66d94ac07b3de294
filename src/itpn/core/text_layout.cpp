#include "itpn/core/text_layout.h"

#include <sys/ioctl.h>

#include <algorithm>
#include <sstream>

namespace itpn {
namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

}  // namespace

size_t terminal_columns(int file) {
  constexpr size_t kUsual = 80;
  winsize size{};
  return ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

size_t columns_of(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string cut_to_columns(const std::string& text, size_t columns) {
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (starts_character(text[i]) && characters++ == columns) return text.substr(0, i);
  }
  return text;
}

std::string wrap_words(const std::string& text, size_t columns, size_t indent, size_t first) {
  std::string result = text.substr(0, std::min(text.find_first_not_of(' '), text.size()));
  size_t used = first + result.size();
  bool is_line_empty = true;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const size_t width = columns_of(word);
    if (!is_line_empty && used + 1 + width > columns) {
      result += "\n" + std::string(indent, ' ');
      used = indent;
      is_line_empty = true;
    }
    if (!is_line_empty) result += ' ';
    result += word;
    used += width + (is_line_empty ? 0 : 1);
    is_line_empty = false;
  }
  return result;
}

}  // namespace itpn
