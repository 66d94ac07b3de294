#include "itpn/tasks/run/run_resume.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/core/words.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/tasks/weights/model_card.h"

namespace itpn {

std::string real_path(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, error);
  return error ? path : real.string();
}

std::optional<StartingPoint> find_starting_point(Fs& fs, CheckpointStore& store, const RunRequest& request) {
  if (request.resume.empty()) return std::nullopt;
  StartingPoint start;
  if (request.resume == "auto") {
    std::optional<VerifiedCheckpoint> latest = store.find_latest_verified();
    if (!latest) {
      log::info(fmt::format("{}: no checkpoint yet, starting from the beginning", request.output_dir));
      return std::nullopt;
    }
    start.checkpoint = std::move(*latest);
  } else {
    if (!is_directory(fs, request.resume)) {
      throw checkpoint_error(
          fmt::format("--resume {}: no such checkpoint; want `auto` or a directory step-N", request.resume));
    }
    start.checkpoint = verify_checkpoint(fs, request.resume);
    start.is_of_this_run = parent_path(real_path(request.resume)) == real_path(store.directory());
  }
  start.progress = read_progress(fs, start.checkpoint);
  log::info(fmt::format("resuming from {} (step {}, epoch {})", start.checkpoint.path, start.progress.step,
                        start.progress.epoch + 1));
  return start;
}

namespace {

std::vector<std::string> classes_in(const Metadata& metadata) {
  const std::optional<ModelCard> card = card_in(metadata, "the checkpoint");
  return card ? card->class_names : std::vector<std::string>();
}

}  // namespace

void check_settings(const Progress& saved, LearningTask& task, const RunRequest& request) {
  const std::string wanted = task.settings().task;
  if (saved.task != wanted) {
    throw usage_error(
        fmt::format("the checkpoint is one of `itpn {}`; --resume of `itpn {}` needs its own (to start "
                    "from its weights: --init)",
                    saved.task, wanted));
  }
  std::vector<std::string> refused;
  for (const ConfigChange& change : task.changes_since(saved)) {
    const std::string line = fmt::format("{}: {} -> {}", change.key, change.before, change.after);
    if (change.trajectory && !request.allow_change) {
      refused.push_back(line);
    } else {
      log::info(fmt::format("setting changed since the checkpoint: {}", line));
    }
  }
  if (refused.empty()) return;
  throw usage_error(
      fmt::format("the checkpoint was made with other settings that change the result: {}. Give the same settings, "
                  "or --allow-change",
                  fmt::join(refused, "; ")));
}

namespace {

// The part of a fingerprint that does not depend on where the pictures lie (tasks/loaders.h).
std::string bytes_in(const std::string& hash) { return hash.substr(0, hash.find('-')); }

bool has_other_place(const Progress& saved, LearningTask& task) {
  const std::vector<ConfigChange> changes = task.changes_since(saved);
  return std::ranges::any_of(changes, [](const ConfigChange& change) { return change.key == "data.path"; });
}

}  // namespace

void check_same_data(const Progress& saved, const DataFingerprint& data, LearningTask& task,
                     const RunRequest& request) {
  if (saved.data == data) return;
  if (saved.data.count == data.count) {
    // Their names begin with the folder's, so that all of them differ where it is called otherwise or has moved.
    if (bytes_in(saved.data.hash) == bytes_in(data.hash) && has_other_place(saved, task)) return;
    log::warning("the pictures have other names or sizes than those the checkpoint was trained on");
    return;
  }
  const std::string message = fmt::format("the checkpoint was trained on {}, now there are {}",
                                          count_of(saved.data.count, "picture"), data.count);
  if (!request.allow_change) throw data_error(message + "; bring the old ones back, or give --allow-change");
  log::warning(message);
}

void check_same_classes(Fs& fs, const VerifiedCheckpoint& saved, const Metadata& metadata, const RunRequest& request) {
  const std::vector<std::string> before = classes_in(open_weights(fs, find_weights(fs, saved.path)).metadata());
  const std::vector<std::string> now = classes_in(metadata);
  if (before.empty() || before == now) return;
  const auto [old_name, new_name] = std::ranges::mismatch(before, now);
  const auto text = [](const auto& name, const auto& names) { return name == names.end() ? "none" : *name; };
  const std::string message = fmt::format("the checkpoint's classes are others: class {} was {} and is now {}",
                                          old_name - before.begin(), text(old_name, before), text(new_name, now));
  if (!request.allow_change) throw data_error(message + "; bring the old folders back, or give --allow-change");
  log::warning(message);
}

}  // namespace itpn
