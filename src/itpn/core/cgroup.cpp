#include "itpn/core/cgroup.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "itpn/core/files.h"
#include "itpn/core/kernel_files.h"

namespace itpn {
namespace {

bool names(const std::string& list, const std::string& word) {
  std::istringstream parts(list);
  for (std::string part; std::getline(parts, part, ',');) {
    if (part == word) return true;
  }
  return false;
}

struct Membership {
  int version = 0;
  std::string path;  // as the kernel names the group
};

// Lines of /proc/self/cgroup are "NUMBER:CONTROLLERS:PATH", version 2 the one without controllers. A controller is in
// one tree only.
Membership membership(const std::string& controller, const std::string& root) {
  Membership found;
  for (const std::string& line : lines_of(kernel_text(root + "/proc/self/cgroup"))) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (names(controllers, controller)) return {1, line.substr(second + 1)};
    if (controllers.empty()) found = {2, line.substr(second + 1)};
  }
  return found;
}

std::optional<Mount> mount_of_tree(int version, const std::string& controller, const std::string& root) {
  for (const Mount& mount : mounts(root)) {
    const bool fits =
        version == 2 ? mount.type == "cgroup2" : mount.type == "cgroup" && names(mount.options, controller);
    if (fits) return mount;
  }
  return std::nullopt;
}

// The group's path below the mount point. A container may see its own group as the top of the tree while the kernel
// names it from the machine's top.
std::string below(const Mount& mount, const std::string& path) {
  if (path.find("..") != std::string::npos) return "";
  if (mount.root == "/") return path == "/" ? "" : path;
  if (path == mount.root || !path.starts_with(mount.root + "/")) return "";
  return path.substr(mount.root.size());
}

}  // namespace

CgroupFolders cgroup_folders(const std::string& controller, const std::string& root) {
  const Membership member = membership(controller, root);
  if (member.version == 0) return {};
  const std::optional<Mount> mount = mount_of_tree(member.version, controller, root);
  if (!mount) return {};
  CgroupFolders folders{member.version, {}};
  std::string group = below(*mount, member.path);
  for (; !group.empty() && group != "/"; group = parent_path(group))
    folders.paths.push_back(root + mount->point + group);
  folders.paths.push_back(root + mount->point);
  return folders;
}

}  // namespace itpn
