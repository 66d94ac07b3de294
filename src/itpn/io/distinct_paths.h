// Short names for directories in a legend.
#pragma once

#include <string>
#include <vector>

namespace itpn {

// For each path its last component, with as many of those before it as tell it from the others: "a/run" and "b/run" for
// out/a/run and out/b/run. A path that is there twice gets a number the second time: "run (2)". Relative paths count
// from the working directory.
std::vector<std::string> distinct_paths(const std::vector<std::string>& paths);

}  // namespace itpn
