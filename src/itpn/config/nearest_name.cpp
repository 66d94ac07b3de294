#include "itpn/config/nearest_name.h"

#include <algorithm>
#include <vector>

namespace itpn {
namespace {

constexpr size_t kLongestCompared = 200;  // a longer name is no misspelling, and the comparison takes quadratic time

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('.') + 1); }

// Half an edit is what it costs to be in another table.
int doubled_distance(std::string_view name, std::string_view candidate) {
  const int whole = 2 * edit_distance(name, candidate);
  const int last = 2 * edit_distance(last_part(name), last_part(candidate)) + 1;
  return std::min(whole, last);
}

}  // namespace

int edit_distance(std::string_view a, std::string_view b) {
  std::vector<int> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string nearest_name(std::string_view name, std::span<const std::string> names) {
  if (name.size() > kLongestCompared) return "";
  const int shortest = static_cast<int>(last_part(name).size());
  int best = 2 * std::max(1, std::min(3, shortest / 3)) + 2;  // one past the largest distance that still counts
  std::string nearest;
  for (const std::string& candidate : names) {
    const int distance = doubled_distance(name, candidate);
    if (distance >= best) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace itpn
