#include "itpn/io/checkpoint_removal.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "itpn/core/log.h"
#include "itpn/io/checkpoint_manifest.h"
#include "itpn/io/checkpoint_names.h"

namespace itpn {
namespace {

std::optional<CheckpointManifest> manifest_of(Fs& fs, const std::string& path) {
  const std::string manifest = join_path(path, kManifestName);
  try {
    if (exists(fs, manifest)) return parse_manifest(read_text_file(fs, manifest, kMaxManifestBytes), manifest);
  } catch (const Error&) {
    // Damaged, or of a later version.
  }
  return std::nullopt;
}

std::vector<DirectoryEntry> entries_below(Fs& fs, const std::string& directory) {
  std::vector<DirectoryEntry> entries;
  const int result = fs.list(directory, &entries);
  if (result < 0 && result != -ENOENT) throw_io_error(directory, "list", result);
  return entries;
}

// The name "step-5" in ".del-step-5-PROCESS-NUMBER".
std::string removed_name(const std::string& name) {
  const size_t begin = name.find("step-");
  return name.substr(begin, name.find('-', begin + 5) - begin);
}

}  // namespace

bool remove_checkpoint(Fs& fs, const std::string& path) {
  if (!exists(fs, path)) return true;
  if (const std::optional<CheckpointManifest> manifest = manifest_of(fs, path)) {
    for (const FileRecord& file : manifest->files) remove_if_possible(fs, join_path(path, file.name));
    remove_if_possible(fs, join_path(path, kManifestName));
  }
  return remove_if_possible(fs, path);
}

std::string set_aside(Fs& fs, const std::string& directory, const std::string& old_name, const std::string& name) {
  const std::string aside = join_path(directory, fmt::format("{}{}", kAsidePrefix, name));
  std::string path = aside;
  for (int n = 2; exists(fs, path); ++n) path = fmt::format("{}-{}", aside, n);
  const int result = fs.rename(join_path(directory, old_name), path);
  if (result < 0) throw_io_error(path, "rename to", result);
  return path;
}

void remove_leftovers(Fs& fs, const std::string& directory) {
  for (const DirectoryEntry& entry : entries_below(fs, directory)) {
    const std::string path = join_path(directory, entry.name);
    try {
      if (is_unfinished_save(entry.name)) remove_all(fs, path);
      if (!is_unfinished_removal(entry.name) || remove_checkpoint(fs, path)) continue;
      set_aside(fs, directory, entry.name, removed_name(entry.name));
    } catch (const Error& e) {
      log::warning(fmt::format("cannot delete what is left of a checkpoint: {}", e.what()));
    }
  }
}

void remove_checkpoints(Fs& fs, const std::string& directory) {
  remove_leftovers(fs, directory);
  for (const DirectoryEntry& entry : entries_below(fs, directory)) {
    const bool is_aside = entry.name.starts_with(kAsidePrefix);
    const std::string path = join_path(directory, entry.name);
    if (!entry.is_directory || !(is_aside || step_of(entry.name)) || remove_checkpoint(fs, path)) continue;
    const std::string kept = is_aside ? path : set_aside(fs, directory, entry.name, entry.name);
    log::info(fmt::format("{}: not all in it was written by itpn; it is kept as {}", path, kept));
  }
  remove_if_possible(fs, join_path(directory, std::string(kBestName)));
}

}  // namespace itpn
