// Endings of file names, in any case: what format a file is to be written in.
#pragma once

#include <algorithm>
#include <string_view>

#include "itpn/core/words.h"

namespace itpn {

// True where `path` ends in `ending` (".csv", lower case) in any case, with something in front of it.
inline bool has_ending(std::string_view path, std::string_view ending) {
  return path.size() > ending.size() && path[path.size() - ending.size() - 1] != '/' &&
         std::equal(ending.begin(), ending.end(), path.end() - static_cast<std::ptrdiff_t>(ending.size()),
                    [](char lower, char of_path) { return lower_case(of_path) == lower; });
}

}  // namespace itpn
