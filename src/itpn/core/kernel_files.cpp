#include "itpn/core/kernel_files.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>

namespace itpn {
namespace {

constexpr std::string_view kBlanks = " \t\n";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::optional<int64_t> whole_number_of(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// Blanks in names are written \040.
std::string without_escapes(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
                           is_octal(text[i + 3]);
    if (!is_escape) {
      result += text[i];
      continue;
    }
    result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return result;
}

std::optional<Mount> mount_in(const std::string& line) {
  std::istringstream words(line);
  const std::vector<std::string> fields{std::istream_iterator<std::string>(words), {}};
  // 36 35 98:0 ROOT POINT OPTIONS [more ...] - TYPE SOURCE OPTIONS OF THE FILE SYSTEM
  const auto dash = std::find(fields.begin(), fields.end(), "-");
  if (dash - fields.begin() < 6 || fields.end() - dash < 4) return std::nullopt;
  return Mount{without_escapes(fields[3]), without_escapes(fields[4]), dash[1], dash[3]};
}

bool lies_below(const std::string& path, const std::string& folder) {
  if (folder == "/") return path.starts_with('/');
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

std::string kernel_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  return text.str();
}

std::optional<int64_t> kernel_number(const std::string& path) { return whole_number_of(trimmed(kernel_text(path))); }

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string value_of(const std::string& text, std::string_view key) {
  for (const std::string& line : lines_of(text)) {
    if (!line.starts_with(key)) continue;
    const std::string_view rest = std::string_view(line).substr(key.size());
    const std::string_view value = trimmed(rest);
    if (value.starts_with(':')) return std::string(trimmed(value.substr(1)));
    if (value.size() < rest.size()) return std::string(value);
  }
  return "";
}

int64_t count_listed(std::string_view list) {
  int64_t count = 0;
  std::istringstream parts{std::string(trimmed(list))};
  for (std::string part; std::getline(parts, part, ',');) {
    const size_t dash = part.find('-');
    const auto first = whole_number_of(part.substr(0, dash));
    const auto last = dash == std::string::npos ? first : whole_number_of(part.substr(dash + 1));
    if (first && last && *last >= *first) count += *last - *first + 1;
  }
  return count;
}

std::vector<Mount> mounts(const std::string& root) {
  std::vector<Mount> all;
  for (const std::string& line : lines_of(kernel_text(root + "/proc/self/mountinfo"))) {
    if (auto mount = mount_in(line)) all.push_back(std::move(*mount));
  }
  return all;
}

std::optional<Mount> mount_of(const std::vector<Mount>& all, const std::string& path) {
  std::optional<Mount> found;
  for (const Mount& mount : all) {
    if (lies_below(path, mount.point) && (!found || mount.point.size() >= found->point.size())) found = mount;
  }
  return found;
}

}  // namespace itpn
