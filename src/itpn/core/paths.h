// Paths as people write them.
#pragma once

#include <string>
#include <string_view>

namespace itpn {

// With the home directory in place of a `~` at the start ("~", "~/runs"), as a shell puts it in where it sees a word of
// its own. Other texts, and all where no home directory is known, stay as they are.
std::string with_home(const std::string& path);

// The same path from the root, without "." and ".."; links are left as they are. "" stays "".
std::string absolute_from_here(const std::string& path);

// What stands behind the last slash, all of `path` where there is none.
constexpr std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace itpn
