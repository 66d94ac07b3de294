#include "itpn/engine/run_directory.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "itpn/core/errors.h"
#include "itpn/core/output_place.h"

namespace itpn {
namespace {

constexpr std::array<std::string_view, 9> kRunFiles = {
    "config.toml",           "init.txt",     "env.json", "train.log", "metrics.jsonl", "samples", "checkpoints",
    "metrics.dropped.jsonl", "skipped_steps"};
constexpr std::string_view kBadSamplesPrefix = "bad_samples.";
constexpr std::string_view kEventPrefix = "events.out.tfevents.";

bool is_of_a_run(const std::string& name) {
  if (name.starts_with(kEventPrefix) || name.starts_with(kBadSamplesPrefix)) return true;
  for (const std::string_view known : kRunFiles) {
    if (name == known) return true;
  }
  return false;
}

// Names in `path` that a run has written.
std::vector<std::string> traces_of_a_run(Fs& fs, const std::string& path) {
  std::vector<DirectoryEntry> entries;
  const int result = fs.list(path, &entries);
  if (result < 0) throw_io_error(path, "list the directory", result);
  std::vector<std::string> found;
  for (const DirectoryEntry& entry : entries) {
    if (is_of_a_run(entry.name)) found.push_back(entry.name);
  }
  return found;
}

}  // namespace

RunDirectory::RunDirectory(Fs& fs, const std::string& path, ExistingRun existing)
    : fs_(fs), path_(path), existing_(existing) {
  if (exists(fs, path) && !is_directory(fs, path)) {
    throw io_error(fmt::format("{}: is a file; --output-dir wants a directory", path));
  }
  make_directories(fs, path);
  lock_ = std::make_unique<RunLock>(fs, path);
  prove_writable(fs, path);
  if (existing != ExistingRun::kRefuse) return;
  if (const std::vector<std::string> found = traces_of_a_run(fs, path); !found.empty()) {
    throw usage_error(fmt::format(
        "{}: already holds a run ({}); continue it with --resume auto, delete it with --overwrite, or take another "
        "--output-dir",
        path, found.front()));
  }
}

void RunDirectory::discard_existing_run() {
  if (existing_ != ExistingRun::kOverwrite) return;
  for (const std::string& name : traces_of_a_run(fs_, path_)) remove_all(fs_, join_path(path_, name));
}

std::string RunDirectory::bad_samples_file(int64_t rank) const {
  return join_path(path_, rank == 0 ? "bad_samples.tsv" : fmt::format("bad_samples.{}.tsv", rank));
}

std::string RunDirectory::skipped_step_file(int64_t step, int64_t rank) const {
  const std::string name =
      rank == 0 ? fmt::format("step-{:07}.tsv", step) : fmt::format("step-{:07}.{}.tsv", step, rank);
  return join_path(join_path(path_, "skipped_steps"), name);
}

std::string RunDirectory::samples() const {
  const std::string folder = join_path(path_, "samples");
  make_directories(fs_, folder);
  return folder;
}

}  // namespace itpn
