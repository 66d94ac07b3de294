#include "itpn/io/checkpoint_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "itpn/core/log.h"
#include "itpn/core/paths.h"
#include "itpn/core/stopwatch.h"
#include "itpn/io/checkpoint_file_writer.h"
#include "itpn/io/checkpoint_names.h"
#include "itpn/io/checkpoint_read_back.h"
#include "itpn/io/checkpoint_removal.h"

namespace itpn {
namespace {

constexpr double kSpaceFactor = 1.5;      // free space wanted, in sizes of a checkpoint
constexpr size_t kFewest = 2;             // verified checkpoints that always stay
constexpr uint64_t kMaxBestBytes = 4096;  // the file is one number

std::string megabytes(double bytes) { return fmt::format("{:.1f} MB", bytes / 1e6); }

std::string name_in(const std::string& path) { return std::string(base_name(path)); }

}  // namespace

CheckpointFile text_checkpoint_file(const std::string& name, std::string text) {
  const uint64_t size = text.size();
  auto write = [text = std::move(text)](const ByteSink& sink) {
    sink(std::as_bytes(std::span(text)));
    return std::vector<TensorInfo>{};
  };
  return {name, std::move(write), size};
}

CheckpointStore::CheckpointStore(Fs& fs, const std::string& directory, const CheckpointStoreOptions& options)
    : fs_(fs), directory_(directory), options_(options) {}

SavedCheckpoint CheckpointStore::save(int64_t step, std::span<const CheckpointFile> files, const CheckpointInfo& info) {
  const std::scoped_lock lock(mutex_);
  const Stopwatch watch;
  SavedCheckpoint saved;
  try {
    prepare(files);
    saved = write_new(step, files, info);
  } catch (const SaveError&) {
    throw;
  } catch (const NewerFormatError&) {
    throw;
  } catch (const SystemError& e) {
    throw_save_error(step, e, e.is_disk_full());
  } catch (const Error& e) {
    if (e.code() == ExitCode::kInputOutput || e.code() == ExitCode::kCheckpoint) throw_save_error(step, e, false);
    throw;
  }
  // From here on the checkpoint is committed, and no failure may say otherwise.
  last_bytes_ = saved.bytes;
  rotate();
  saved.seconds = watch.seconds();
  if (saved.seconds > options_.slow_seconds) {
    log::warning(
        fmt::format("{}: took {:.0f} s to write; a scheduler that grants less after a signal must be given "
                    "more (torchrun: TORCH_ELASTIC_SHUTDOWN_TIMEOUT)",
                    saved.path, saved.seconds));
  }
  return saved;
}

// Makes the directory and looks whether there is room before anything is written.
void CheckpointStore::prepare(std::span<const CheckpointFile> files) {
  make_directories(fs_, directory_);
  uint64_t expected = 0;
  for (const auto& file : files) expected += file.expected_bytes;
  const double wanted = kSpaceFactor * static_cast<double>(std::max(expected, last_bytes_));
  uint64_t free = 0;
  const int result = fs_.free_space(directory_, &free);
  if (result < 0) throw_io_error(directory_, "ask for the free space", result);
  if (static_cast<double>(free) < wanted) {
    throw SaveError(fmt::format("{}: too little space for a checkpoint: {} wanted, {} free; free some space",
                                directory_, megabytes(wanted), megabytes(static_cast<double>(free))),
                    true);
  }
}

SavedCheckpoint CheckpointStore::write_new(int64_t step, std::span<const CheckpointFile> files,
                                           const CheckpointInfo& info) {
  const std::string path = checkpoint_path(directory_, step);
  if (is_already_there(step)) return {step, path, last_bytes_, 0.0, true};
  // Beside the others, never in /tmp: a rename works within one file system only.
  const std::string temporary = join_path(directory_, fmt::format("{}{}-{}", kTemporaryPrefix, step, ::getpid()));
  CheckpointManifest manifest;
  try {
    make_temporary(temporary);
    manifest = write_all(temporary, step, files, info);
    commit(temporary, step);
  } catch (...) {
    drop_quietly(temporary);
    throw;
  }
  read_back(manifest, files);
  return {step, path, manifest.total_bytes(), 0.0, false};
}

// A good checkpoint of this step is kept: it may be the only one. One whose directory could not be flushed is not
// trusted, for a second flush that succeeds proves nothing.
bool CheckpointStore::is_already_there(int64_t step) {
  const std::string path = checkpoint_path(directory_, step);
  if (uncertain_.contains(step) || !exists(fs_, path)) return false;
  try {
    const auto checkpoint = verify_checkpoint(fs_, path);
    if (checkpoint.step() != step) return false;
    last_bytes_ = checkpoint.manifest.total_bytes();
  } catch (const NewerFormatError&) {
    throw;
  } catch (const Error& e) {
    if (e.code() != ExitCode::kCheckpoint) throw;
    log::warning(fmt::format("{}; it is written again", e.what()));
    return false;
  }
  sync_directory(fs_, directory_);
  verified_.insert(step);
  return true;
}

// One of the same name can only be left over from a failed attempt: the lock keeps other processes away.
void CheckpointStore::make_temporary(const std::string& path) {
  int result = fs_.mkdir(path);
  if (result == -EEXIST) {
    remove_all(fs_, path);
    result = fs_.mkdir(path);
  }
  if (result < 0) throw_io_error(path, "make the directory", result);
}

CheckpointManifest CheckpointStore::write_all(const std::string& temporary, int64_t step,
                                              std::span<const CheckpointFile> files, const CheckpointInfo& info) {
  CheckpointManifest manifest{step, info, {}};
  for (const auto& file : files) {
    CheckpointFileWriter writer(fs_, join_path(temporary, file.name));
    const auto tensors = file.write([&writer](std::span<const std::byte> bytes) { writer.write(bytes); });
    manifest.files.push_back(writer.finish(file.name, tensors));
  }
  CheckpointFileWriter writer(fs_, join_path(temporary, kManifestName));
  const std::string text = to_text(manifest);
  writer.write(std::as_bytes(std::span(text)));
  writer.finish(kManifestName, {});
  sync_directory(fs_, temporary);
  return manifest;
}

void CheckpointStore::commit(const std::string& temporary, int64_t step) {
  const std::string path = checkpoint_path(directory_, step);
  std::string aside;
  if (exists(fs_, path)) {  // damaged or not trusted; a rename onto a directory that is not empty fails
    aside = removal_name(step);
    const int result = fs_.rename(path, aside);
    if (result < 0) throw_io_error(path, "rename", result);
  }
  const int renamed = fs_.rename(temporary, path);
  if (renamed < 0) throw_io_error(path, "rename to", renamed);
  uncertain_.insert(step);
  sync_directory(fs_, directory_);
  uncertain_.erase(step);
  if (!aside.empty()) drop_checkpoint_quietly(aside, step);
}

// What was written must be readable before it counts: the disk and the cable are not taken on trust.
void CheckpointStore::read_back(const CheckpointManifest& manifest, std::span<const CheckpointFile> files) {
  const std::string path = checkpoint_path(directory_, manifest.step);
  for (const auto& file : files) compare_with_disk(fs_, join_path(path, file.name), file.write);
  compare_with_disk(fs_, join_path(path, kManifestName), text_checkpoint_file(kManifestName, to_text(manifest)).write);
  verified_.insert(manifest.step);
}

// A failure to delete costs space, not the checkpoint that was just committed.
void CheckpointStore::rotate() {
  try {
    const auto steps = checkpoint_steps(fs_, directory_);
    std::erase_if(verified_, [&](int64_t step) { return !std::binary_search(steps.begin(), steps.end(), step); });
    const auto keep = std::max(kFewest, static_cast<size_t>(std::max<int64_t>(options_.keep_last, 0)));
    if (verified_.size() < keep) return;
    const int64_t oldest_kept = *std::next(verified_.rbegin(), static_cast<std::ptrdiff_t>(keep - 1));
    for (const int64_t step : steps) {
      if (!stays(step, oldest_kept)) delete_checkpoint(step);
    }
  } catch (const Error& e) {
    log::warning(fmt::format("old checkpoints could not be deleted: {}", e.what()));
  }
}

bool CheckpointStore::stays(int64_t step, int64_t oldest_kept) {
  if (step >= oldest_kept) return true;
  if (options_.keep_every_steps > 0 && step % options_.keep_every_steps == 0) return true;
  return read_best() == step;
}

void CheckpointStore::delete_checkpoint(int64_t step) {
  const std::string path = checkpoint_path(directory_, step);
  const std::string removal = removal_name(step);
  verified_.erase(step);
  const int result = fs_.rename(path, removal);  // from now on nobody takes it for a checkpoint
  if (result < 0) throw_io_error(path, "rename", result);
  remove_or_set_aside(removal, step);
}

// What somebody has laid into it stays.
void CheckpointStore::remove_or_set_aside(const std::string& path, int64_t step) {
  if (remove_checkpoint(fs_, path)) return;
  const std::string kept = set_aside(fs_, directory_, name_in(path), name_in(checkpoint_path(directory_, step)));
  log::info(
      fmt::format("{}: not all in the checkpoint of step {} was written by itpn, which keeps it here", kept, step));
}

void CheckpointStore::drop_quietly(const std::string& path) {
  try {
    remove_all(fs_, path);
  } catch (const Error& e) {
    log::warning(fmt::format("cannot delete what is left of a checkpoint: {}", e.what()));
  }
}

void CheckpointStore::drop_checkpoint_quietly(const std::string& path, int64_t step) {
  try {
    remove_or_set_aside(path, step);
  } catch (const Error& e) {
    log::warning(fmt::format("cannot delete what is left of a checkpoint: {}", e.what()));
  }
}

std::string CheckpointStore::removal_name(int64_t step) {
  return join_path(directory_, fmt::format("{}{}-{}-{}", kRemovalPrefix, step, ::getpid(), removals_++));
}

void CheckpointStore::throw_save_error(int64_t step, const Error& cause, bool is_disk_full) {
  std::string message = fmt::format("the checkpoint of step {} could not be written: {}", step, cause.what());
  uint64_t free = 0;
  if (is_disk_full && fs_.free_space(directory_, &free) == 0) {
    message += fmt::format(" ({} free", megabytes(static_cast<double>(free)));
    if (last_bytes_ > 0) message += fmt::format(", a checkpoint has {}", megabytes(static_cast<double>(last_bytes_)));
    message += ')';
  }
  throw SaveError(message, is_disk_full);
}

void CheckpointStore::mark_best(int64_t step) {
  const std::scoped_lock lock(mutex_);
  make_directories(fs_, directory_);
  write_file_atomically(fs_, join_path(directory_, std::string(kBestName)), fmt::format("{}\n", step));
}

std::optional<int64_t> CheckpointStore::best_step() {
  const std::scoped_lock lock(mutex_);
  return read_best();
}

std::optional<int64_t> CheckpointStore::read_best() {
  const std::string path = join_path(directory_, std::string(kBestName));
  if (!exists(fs_, path)) return std::nullopt;
  const std::string text = read_text_file(fs_, path, kMaxBestBytes);
  int64_t step = -1;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), step);
  if (failure != std::errc() || end == text.data() + text.size() || *end != '\n') return std::nullopt;
  return step;
}

std::optional<VerifiedCheckpoint> CheckpointStore::find_latest_verified() {
  const std::scoped_lock lock(mutex_);
  auto scan = scan_checkpoints(fs_, directory_);
  if (!scan.latest && !scan.rejected.empty()) {
    std::string reasons;
    for (const auto& rejected : scan.rejected) reasons += "\n  " + rejected.reason;
    throw checkpoint_error(fmt::format(
        "{}: there are {} checkpoints and none of them is whole; name a good one, or start anew elsewhere:{}",
        directory_, scan.rejected.size(), reasons));
  }
  for (const auto& rejected : scan.rejected) {
    log::warning(
        fmt::format("{}; it is passed over, {} is the newest whole checkpoint", rejected.reason, scan.latest->path));
  }
  if (scan.latest) {
    verified_.insert(scan.latest->step());
    last_bytes_ = scan.latest->manifest.total_bytes();
  }
  return std::move(scan.latest);
}

std::optional<VerifiedCheckpoint> CheckpointStore::find_verified_before(int64_t step) {
  const std::scoped_lock lock(mutex_);
  std::vector<int64_t> steps = checkpoint_steps(fs_, directory_);
  const auto newer = std::upper_bound(steps.begin(), steps.end(), step);
  std::reverse(steps.begin(), newer);  // newest first; those after `step` follow, oldest first
  auto scan = scan_checkpoints(fs_, directory_, steps);
  for (const auto& rejected : scan.rejected) log::warning(fmt::format("{}; it is passed over", rejected.reason));
  if (scan.latest) verified_.insert(scan.latest->step());
  return std::move(scan.latest);
}

void CheckpointStore::clean_leftovers() {
  const std::scoped_lock lock(mutex_);
  remove_leftovers(fs_, directory_);
}

std::vector<std::string> CheckpointStore::set_aside_newer(int64_t step) {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> moved;
  for (const int64_t newer : checkpoint_steps(fs_, directory_)) {
    if (newer <= step) continue;
    const std::string name = name_in(checkpoint_path(directory_, newer));
    moved.push_back(set_aside(fs_, directory_, name, name));
    verified_.erase(newer);
  }
  if (!moved.empty()) sync_directory(fs_, directory_);
  return moved;
}

}  // namespace itpn
