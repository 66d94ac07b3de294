#include "itpn/engine/run_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "itpn/core/errors.h"
#include "itpn/core/output_place.h"
#include "itpn/core/words.h"
#include "itpn/io/checkpoint_removal.h"

namespace itpn {
namespace {

// Files and folders that every run writes by these names.
constexpr std::array<std::string_view, 8> kFixedFiles = {"config.toml",   "init.txt",       "env.json",
                                                         "train.log",     "metrics.jsonl",  "metrics.dropped.jsonl",
                                                         "finished.json", "bad_samples.tsv"};
constexpr std::array<std::string_view, 3> kFolders = {"samples", "checkpoints", "skipped_steps"};
constexpr std::string_view kEventPrefix = "events.out.tfevents.";
constexpr uint64_t kMaxEnvironmentBytes = 1 << 20;

std::string folder_entry(std::string_view name) { return std::string(name) + "/"; }

template <class Names>
bool is_among(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<DirectoryEntry> entries_of(Fs& fs, const std::string& path) {
  std::vector<DirectoryEntry> entries;
  const int result = fs.list(path, &entries);
  if (result < 0) throw_io_error(path, "list the directory", result);
  return entries;
}

// Names in `path` that a run would write and this one has not: an empty folder is in nobody's way.
std::vector<std::string> foreign_names(Fs& fs, const std::string& path, const RunFiles& files) {
  std::vector<std::string> found;
  for (const DirectoryEntry& entry : entries_of(fs, path)) {
    const bool is_file_of_a_run = is_among(kFixedFiles, entry.name) || entry.name.starts_with(kEventPrefix);
    if (is_file_of_a_run && !files.holds(entry.name)) found.push_back(entry.name);
    if (!is_among(kFolders, entry.name) || files.holds(folder_entry(entry.name))) continue;
    if (!entry.is_directory || !entries_of(fs, join_path(path, entry.name)).empty()) {
      found.push_back(folder_entry(entry.name));
    }
  }
  return found;
}

// Names of the list that are there.
std::vector<std::string> own_names(Fs& fs, const std::string& path, const RunFiles& files) {
  std::vector<std::string> found;
  for (const DirectoryEntry& entry : entries_of(fs, path)) {
    if (files.holds(entry.name)) found.push_back(entry.name);
  }
  return found;
}

// A run of a version that set no mark yet: nobody else writes such a file.
bool is_of_older_version(Fs& fs, const RunDirectory& directory) {
  if (!exists(fs, directory.environment_file()) || !exists(fs, directory.config_file())) return false;
  const std::string text = read_text_file(fs, directory.environment_file(), kMaxEnvironmentBytes);
  return text.find("\"itpn\":") != std::string::npos && text.find("\"cpu_capability\":") != std::string::npos;
}

constexpr size_t kShown = 3;

}  // namespace

RunDirectory::RunDirectory(Fs& fs, const std::string& path, ExistingRun existing)
    : fs_(fs), path_(path), existing_(existing) {
  if (exists(fs, path) && !is_directory(fs, path)) {
    throw io_error(fmt::format("{}: is a file; --output-dir wants a directory", path));
  }
  make_directories(fs, path);
  files_ = std::make_unique<RunFiles>(fs, path);
  if (!files_->is_marked()) check_content();  // not even a lock is left in somebody else's directory
  lock_ = std::make_unique<RunLock>(fs, path);
  prove_writable(fs, path);
  files_ = std::make_unique<RunFiles>(fs, path);  // as it is under the lock
  check_content();
}

void RunDirectory::check_content() const {
  const std::vector<std::string> own = own_names(fs_, path_, *files_);
  if (!own.empty()) {
    if (existing_ != ExistingRun::kRefuse) return;
    throw usage_error(fmt::format(
        "{}: already holds a run ({}); continue it with --resume auto, delete it with --overwrite, or take another "
        "--output-dir",
        path_, own.front()));
  }
  const std::vector<std::string> foreign = foreign_names(fs_, path_, *files_);
  if (foreign.empty() || (existing_ == ExistingRun::kContinue && is_of_older_version(fs_, *this))) return;
  const char* const advice =
      existing_ == ExistingRun::kOverwrite
          ? "; --overwrite deletes what a run wrote, which the list run.files in its directory names, and there is none"
          : "";
  throw usage_error(
      fmt::format("{}: holds {}, which no run of itpn has written, in the place of what a run writes{}; "
                  "take another --output-dir",
                  path_, list_of(foreign, kShown), advice));
}

void RunDirectory::discard_existing_run() {
  if (existing_ != ExistingRun::kOverwrite) return;
  if (files_->holds("checkpoints/")) remove_checkpoints(fs_, checkpoints());
  files_->delete_all();
}

void RunDirectory::begin_writing(int64_t processes) {
  std::vector<std::string> names(kFixedFiles.begin(), kFixedFiles.end());
  for (const std::string_view folder : kFolders) names.push_back(folder_entry(folder));
  for (int64_t rank = 1; rank < processes; ++rank) names.push_back(fmt::format("bad_samples.{}.tsv", rank));
  files_->add(names);
}

void RunDirectory::note(const std::string& name) const {
  if (files_) files_->add({name});
}

std::string RunDirectory::bad_samples_file(int64_t rank) const {
  return join_path(path_, rank == 0 ? "bad_samples.tsv" : fmt::format("bad_samples.{}.tsv", rank));
}

std::string RunDirectory::skipped_step_file(int64_t step, int64_t rank) const {
  const std::string name =
      rank == 0 ? fmt::format("step-{:07}.tsv", step) : fmt::format("step-{:07}.{}.tsv", step, rank);
  return join_path(join_path(path_, "skipped_steps"), name);
}

void RunDirectory::note_skipped_step(int64_t step, int64_t processes) const {
  if (!files_) return;
  std::vector<std::string> names;
  for (int64_t rank = 0; rank < processes; ++rank) {
    names.push_back(skipped_step_file(step, rank).substr(path_.size() + (path_.ends_with('/') ? 0 : 1)));
  }
  files_->add(names);
}

std::string RunDirectory::sample_file(int64_t step) const { return sample_file(fmt::format("step-{:07}.png", step)); }

std::string RunDirectory::sample_file(const std::string& name) const {
  const std::string place = join_path("samples", name);
  note(place);
  make_directories(fs_, join_path(path_, "samples"));
  return join_path(path_, place);
}

}  // namespace itpn
