// "Did you mean ...?": the known name closest to one that is not known.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace itpn {

// Number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (each part of the text
// is changed at most once).
int edit_distance(std::string_view a, std::string_view b);

// The closest of `names` (dotted paths or plain words), or "" where none is close. A path also counts as close where
// its last part equals or nearly equals that of `name`, as "lr" and "optim.lr".
std::string nearest_name(std::string_view name, std::span<const std::string> names);

}  // namespace itpn
