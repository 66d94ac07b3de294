// Control groups: how Linux limits what a container, a batch job or a service may take. Version 1 (a tree for each
// controller), version 2 (one tree) and machines that have both.
#pragma once

#include <string>
#include <vector>

namespace itpn {

struct CgroupFolders {
  int version = 0;  // 1 or 2; 0: none
  // The group that holds this process, then those around it as far as they are visible. A limit of any of them holds.
  std::vector<std::string> paths;
};

// The groups of this process for a controller ("cpu", "memory"). `root` stands before the path of every file that is
// read and is part of the paths that are returned.
CgroupFolders cgroup_folders(const std::string& controller, const std::string& root = "");

}  // namespace itpn
