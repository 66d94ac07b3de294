#include "itpn/engine/run_files.h"

#include <algorithm>
#include <sstream>

namespace itpn {
namespace {

constexpr const char* kListName = "run.files";
constexpr const char* kMark = "# itpn run. These files were written by it; --overwrite deletes them and no others.";
constexpr uint64_t kMaxListBytes = 64 << 20;

// A name that leads out of the directory is none of a run's.
bool is_inside(const std::string& name) {
  if (name.empty() || name.starts_with('/')) return false;
  std::istringstream parts(name);
  for (std::string part; std::getline(parts, part, '/');) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

// A file, or an empty folder; what is not there, or is no longer what it was, stays.
void delete_one(Fs& fs, const std::string& path, bool is_folder) {
  FileStatus status;
  if (fs.stat(path, &status) == 0 && status.is_directory != is_folder) return;
  // With the slash a link to a folder, which a user may have put in its place, is no folder.
  remove_if_possible(fs, is_folder ? path + "/" : path);
}

}  // namespace

RunFiles::RunFiles(Fs& fs, const std::string& directory) : fs_(fs), directory_(directory) {
  if (!exists(fs_, list_path()) || itpn::is_directory(fs_, list_path())) return;
  std::istringstream lines(read_text_file(fs_, list_path(), kMaxListBytes));
  std::string line;
  is_marked_ = std::getline(lines, line) && line == kMark;
  while (is_marked_ && std::getline(lines, line)) {
    if (is_inside(line)) names_.push_back(line);
  }
  std::sort(names_.begin(), names_.end());
}

std::string RunFiles::list_path() const { return join_path(directory_, kListName); }

bool RunFiles::holds(const std::string& name) const { return std::binary_search(names_.begin(), names_.end(), name); }

void RunFiles::write_list() {
  std::string text = std::string(kMark) + "\n";
  for (const std::string& name : names_) text += name + "\n";
  write_file_atomically(fs_, list_path(), text);
  is_marked_ = true;
}

void RunFiles::add(const std::vector<std::string>& names) {
  bool is_changed = !is_marked_;
  for (const std::string& name : names) {
    if (holds(name)) continue;
    names_.insert(std::lower_bound(names_.begin(), names_.end(), name), name);
    is_changed = true;
  }
  if (is_changed) write_list();
}

void RunFiles::delete_all() {
  // Backwards: what lies in a folder comes behind the folder.
  for (auto name = names_.rbegin(); name != names_.rend(); ++name) {
    const bool is_folder = name->ends_with('/');
    const std::string plain = is_folder ? name->substr(0, name->size() - 1) : *name;
    delete_one(fs_, join_path(directory_, plain), is_folder);
  }
  names_.clear();
  if (is_marked_) write_list();
}

}  // namespace itpn
