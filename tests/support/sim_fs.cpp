#include "sim_fs.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace itpn::test {
namespace {

constexpr uint64_t kSector = 512;

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    if (!part.empty() && part != ".") parts.push_back(part);
    at = end + 1;
  }
  return parts;
}

bool happens(RandomStream& random, double probability) { return random.uniform() < probability; }

}  // namespace

struct SimFs::Node {
  struct Write {
    uint64_t offset = 0;
    std::vector<std::byte> bytes;
    bool truncates = false;  // the file is empty from then on
  };
  // One change of a directory, kept or lost as a whole: a rename takes one name away and gives another.
  struct NameChange {
    std::string removed, added;
    NodePtr node;  // what `added` names
  };

  bool is_directory = false;
  std::vector<std::byte> content;
  std::vector<std::byte> durable_content;
  std::vector<Write> unsynced_writes;
  std::map<std::string, NodePtr> names;
  std::map<std::string, NodePtr> durable_names;
  std::vector<NameChange> unsynced_names;
  int locked_by = -1;

  void apply(const Write& write) {
    if (write.truncates) content.clear();
    if (write.offset + write.bytes.size() > content.size()) content.resize(write.offset + write.bytes.size());
    std::copy(write.bytes.begin(), write.bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(write.offset));
  }
  void write(Write write) {
    apply(write);
    unsynced_writes.push_back(std::move(write));
  }
  void change(NameChange change) {
    if (!change.removed.empty()) names.erase(change.removed);
    if (!change.added.empty()) names[change.added] = change.node;
    unsynced_names.push_back(std::move(change));
  }
};

SimFs::SimFs() : root_(std::make_shared<Node>()) { root_->is_directory = true; }

SimFs::~SimFs() = default;

// Sector by sector, so that a write may be torn; a lost sector below the end of the file reads as zeros.
std::vector<std::byte> SimFs::surviving_content(const Node& node, RandomStream* random, double kept) {
  if (!random) return node.content;
  Node file;
  file.content = node.durable_content;
  for (const auto& write : node.unsynced_writes) {
    if (write.truncates && happens(*random, kept)) file.content.clear();
    for (uint64_t at = 0; at < write.bytes.size(); at += kSector) {
      if (!happens(*random, kept)) continue;
      const auto size = std::min<uint64_t>(kSector, write.bytes.size() - at);
      const auto first = write.bytes.begin() + static_cast<std::ptrdiff_t>(at);
      file.apply({write.offset + at, {first, first + static_cast<std::ptrdiff_t>(size)}, false});
    }
  }
  // The new length may reach the disk without the content.
  if (file.content.size() < node.content.size() && happens(*random, 0.25)) file.content.resize(node.content.size());
  return std::move(file.content);
}

SimFs::NodePtr SimFs::survivor(const Node& node, RandomStream* random, double kept) {
  auto copy = std::make_shared<Node>();
  copy->is_directory = node.is_directory;
  copy->content = copy->durable_content = surviving_content(node, random, kept);
  auto names = random ? node.durable_names : node.names;
  if (random) {
    for (const auto& change : node.unsynced_names) {
      if (!happens(*random, kept)) continue;
      if (!change.removed.empty()) names.erase(change.removed);
      if (!change.added.empty()) names[change.added] = change.node;
    }
  }
  for (const auto& [name, child] : names) copy->names[name] = survivor(*child, random, kept);
  copy->durable_names = copy->names;
  return copy;
}

std::unique_ptr<SimFs> SimFs::after_power_cut(RandomStream& random) const {
  const std::scoped_lock lock(mutex_);
  constexpr double kShares[] = {0.0, 0.1, 0.5, 0.9, 1.0};
  auto fs = std::make_unique<SimFs>();
  fs->root_ = survivor(*root_, &random, kShares[random.integer(0, 4)]);
  return fs;
}

std::unique_ptr<SimFs> SimFs::copy() const {
  const std::scoped_lock lock(mutex_);
  auto fs = std::make_unique<SimFs>();
  fs->root_ = survivor(*root_, nullptr, 1.0);
  return fs;
}

std::vector<std::byte>& SimFs::content(const std::string& path) {
  const auto node = find(path);
  if (!node || node->is_directory) throw std::out_of_range("no file " + path);
  return node->content;
}

size_t SimFs::open_files() const {
  const std::scoped_lock lock(mutex_);
  return open_.size();
}

SimFs::NodePtr SimFs::find(const std::string& path) const {
  NodePtr node = root_;
  for (const auto& part : parts_of(path)) {
    const auto found = node->names.find(part);
    if (found == node->names.end()) return nullptr;
    node = found->second;
  }
  return node;
}

SimFs::Place SimFs::place_of(const std::string& path) const {
  const auto parts = parts_of(path);
  if (parts.empty()) return {nullptr, ""};
  const auto directory = find(parent_path(path));
  if (!directory || !directory->is_directory) return {nullptr, ""};
  return {directory, parts.back()};
}

void SimFs::announce_change() {
  if (before_change_) before_change_();
}

uint64_t SimFs::bytes_below(const Node& node) {
  uint64_t total = node.content.size();
  for (const auto& [name, child] : node.names) total += bytes_below(*child);
  return total;
}

int SimFs::open(const std::string& path, OpenMode mode) {
  const std::scoped_lock lock(mutex_);
  NodePtr node = find(path);
  const bool creates = is_for_creating(mode) || mode == OpenMode::kAppend || mode == OpenMode::kLock;
  if (node && node->is_directory != (mode == OpenMode::kDirectory)) return node->is_directory ? -EISDIR : -ENOTDIR;
  if (!node) {
    const auto [directory, name] = place_of(path);
    if (!creates || !directory) return -ENOENT;
    announce_change();
    node = std::make_shared<Node>();
    directory->change({"", name, node});
  } else if (is_for_creating(mode)) {
    announce_change();
    node->write({0, {}, true});
  }
  open_[next_file_] = {node, mode, mode == OpenMode::kAppend ? node->content.size() : 0};
  return next_file_++;
}

int64_t SimFs::pread(int file, void* into, size_t size, uint64_t offset) {
  const std::scoped_lock lock(mutex_);
  const auto found = open_.find(file);
  if (found == open_.end()) return -EBADF;
  const auto& content = found->second.node->content;
  if (offset >= content.size()) return 0;
  const size_t count = std::min<size_t>(size, content.size() - offset);
  std::memcpy(into, content.data() + offset, count);
  return static_cast<int64_t>(count);
}

int64_t SimFs::write(int file, const void* bytes, size_t size) {
  const std::scoped_lock lock(mutex_);
  const auto found = open_.find(file);
  if (found == open_.end() || is_for_reading(found->second.mode)) return -EBADF;
  const uint64_t used = bytes_below(*root_);
  if (size > 0 && used >= capacity_) return -ENOSPC;
  const auto count = static_cast<size_t>(std::min<uint64_t>(size, capacity_ - used));
  announce_change();
  auto& target = found->second;
  const auto* first = static_cast<const std::byte*>(bytes);
  target.node->write({target.offset, {first, first + count}, false});
  target.offset += count;
  return static_cast<int64_t>(count);
}

int SimFs::fsync(int file) {
  const std::scoped_lock lock(mutex_);
  const auto found = open_.find(file);
  if (found == open_.end()) return -EBADF;
  announce_change();
  Node& node = *found->second.node;
  node.durable_content = node.content;
  node.unsynced_writes.clear();
  node.durable_names = node.names;
  node.unsynced_names.clear();
  return 0;
}

int SimFs::close(int file) {
  const std::scoped_lock lock(mutex_);
  const auto found = open_.find(file);
  if (found == open_.end()) return -EBADF;
  if (found->second.node->locked_by == file) found->second.node->locked_by = -1;
  open_.erase(found);
  return 0;
}

int SimFs::mkdir(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (find(path)) return -EEXIST;
  const auto [directory, name] = place_of(path);
  if (!directory) return -ENOENT;
  announce_change();
  auto node = std::make_shared<Node>();
  node->is_directory = true;
  directory->change({"", name, node});
  return 0;
}

int SimFs::rename(const std::string& from, const std::string& to) {
  const std::scoped_lock lock(mutex_);
  const NodePtr node = find(from), target = find(to);
  const Place source = place_of(from), destination = place_of(to);
  if (!node || !source.directory || !destination.directory) return -ENOENT;
  if (target && target->is_directory && !target->names.empty()) return -ENOTEMPTY;
  if (target && target->is_directory != node->is_directory) return target->is_directory ? -EISDIR : -ENOTDIR;
  announce_change();
  if (source.directory == destination.directory) {
    source.directory->change({source.name, destination.name, node});
  } else {
    destination.directory->change({"", destination.name, node});
    source.directory->change({source.name, "", nullptr});
  }
  return 0;
}

int SimFs::unlink(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  const NodePtr node = find(path);
  const Place place = place_of(path);
  if (!node || !place.directory) return -ENOENT;
  if (node->is_directory && !node->names.empty()) return -ENOTEMPTY;
  announce_change();
  place.directory->change({place.name, "", nullptr});
  return 0;
}

int SimFs::list(const std::string& path, std::vector<DirectoryEntry>* entries) {
  const std::scoped_lock lock(mutex_);
  entries->clear();
  const NodePtr node = find(path);
  if (!node) return -ENOENT;
  if (!node->is_directory) return -ENOTDIR;
  for (const auto& [name, child] : node->names) entries->push_back({name, child->is_directory});
  return 0;
}

int SimFs::stat(const std::string& path, FileStatus* status) {
  const std::scoped_lock lock(mutex_);
  const NodePtr node = find(path);
  if (!node) return -ENOENT;
  *status = {};
  status->size = node->content.size();
  status->is_directory = node->is_directory;
  status->is_regular = !node->is_directory;
  status->inode = reinterpret_cast<uintptr_t>(node.get());
  return 0;
}

int SimFs::free_space(const std::string& path, uint64_t* bytes) {
  const std::scoped_lock lock(mutex_);
  if (!find(path)) return -ENOENT;
  const uint64_t used = bytes_below(*root_);
  *bytes = used < capacity_ ? capacity_ - used : 0;
  return 0;
}

int SimFs::lock(int file) {
  const std::scoped_lock lock(mutex_);
  const auto found = open_.find(file);
  if (found == open_.end()) return -EBADF;
  Node& node = *found->second.node;
  if (node.locked_by >= 0 && node.locked_by != file) return -EWOULDBLOCK;
  node.locked_by = file;
  return 0;
}

}  // namespace itpn::test
