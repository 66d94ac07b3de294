#include "itpn/io/npy_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace itpn {

std::string npy_header(const std::vector<int64_t>& shape) {
  constexpr size_t kAlignment = 64;
  constexpr size_t kFixed = 10;  // magic, version, length
  const std::string sides = fmt::format("{}{}", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  std::string text = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", sides);
  const size_t end = kFixed + text.size() + 1;
  text.append((kAlignment - end % kAlignment) % kAlignment, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

}  // namespace itpn
