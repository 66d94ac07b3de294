// Names that operating systems, file servers and programs give to folders of their own inside everybody's.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "itpn/core/words.h"

namespace itpn {

// Thumbnails, waste baskets, search indices, hidden folders: whatever pictures lie in there, nobody put them into a
// dataset.
inline bool is_system_folder(std::string_view name) {
  constexpr std::array<std::string_view, 10> kNames = {"@eadir",     "@recycle",     "#recycle",
                                                       "#snapshot",  "$recycle.bin", "recycler",
                                                       "lost+found", "__macosx",     "system volume information",
                                                       "__pycache__"};
  const auto equals = [&](std::string_view known) {
    return known.size() == name.size() && std::equal(known.begin(), known.end(), name.begin(),
                                                     [](char lower, char c) { return lower == lower_case(c); });
  };
  return name.starts_with('.') || name.ends_with(".ipynb_checkpoints") ||
         std::any_of(kNames.begin(), kNames.end(), equals);
}

}  // namespace itpn
