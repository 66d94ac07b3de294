// Names of files that are written for pictures, one for each.
#pragma once

#include <string>
#include <vector>

namespace itpn {

// What each of `paths` is called below the deepest folder that holds all of them: "a.jpg", "red/b.png". The folder of a
// single picture is its own. Nothing is looked up on the disk, and bytes stay as they are.
std::vector<std::string> names_below_common_folder(const std::vector<std::string>& paths);

// The same without the endings of pictures, made distinct by a number behind those that are there already or that are
// `reserved`: "a", "a-2".
std::vector<std::string> stems_below_common_folder(const std::vector<std::string>& paths,
                                                   const std::string& reserved = "");

}  // namespace itpn
