// Small texts in which Linux shows the state of the machine: /proc and /sys. They have no size, may be missing in a
// container, and change while they are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace itpn {

// The whole text, or "" where there is none.
std::string kernel_text(const std::string& path);
// A file of one number; nothing where it holds none ("max").
std::optional<int64_t> kernel_number(const std::string& path);
std::vector<std::string> lines_of(const std::string& text);
// What stands behind "KEY:" (or "KEY ") in a text of one entry a line, without blanks around it; "" where there is
// none.
std::string value_of(const std::string& text, std::string_view key);
// How many numbers a list such as "0-3,8,10-11" names.
int64_t count_listed(std::string_view list);

// A file system of this process's view, one line of /proc/self/mountinfo.
struct Mount {
  std::string root;   // the folder of the file system that is seen at `point`
  std::string point;  // where
  std::string type;   // "ext4", "overlay", "cgroup2"
  std::string options;
};

// All of them, later ones covering earlier ones. `root` stands before the path of every file that is read.
std::vector<Mount> mounts(const std::string& root = "");
// That on which `path`, from the root, lies; nothing where none is known.
std::optional<Mount> mount_of(const std::vector<Mount>& all, const std::string& path);

}  // namespace itpn
