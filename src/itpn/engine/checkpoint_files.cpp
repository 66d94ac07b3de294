#include "itpn/engine/checkpoint_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "itpn/core/errors.h"
#include "itpn/engine/tensor_file.h"

namespace itpn {
namespace {

constexpr const char* kModelFile = "model.safetensors";
constexpr const char* kEmaFile = "ema.safetensors";
constexpr const char* kOptimizerFile = "optimizer.safetensors";
constexpr const char* kStateFile = "state.json";

using Metadata = std::map<std::string, std::string>;

struct NamedFile {
  const char* name;
  const NamedTensors* tensors;
};

// The tensor files of a state; no file for an empty list.
std::vector<NamedFile> tensor_files(const StateTensors& tensors) {
  std::vector<NamedFile> files = {{kModelFile, &tensors.model}};
  if (!tensors.ema.empty()) files.push_back({kEmaFile, &tensors.ema});
  files.push_back({kOptimizerFile, &tensors.optimizer});
  return files;
}

CheckpointFile tensor_checkpoint_file(const NamedFile& file, std::map<std::string, std::string> metadata) {
  const NamedTensors& tensors = *file.tensors;
  uint64_t bytes = 0;
  for (const auto& [name, tensor] : tensors) bytes += tensor.nbytes();
  metadata["format"] = "pt";
  return {file.name,
          [&tensors, metadata = std::move(metadata)](const ByteSink& sink) {
            return write_safetensors(sink, as_tensor_bytes(tensors), metadata);
          },
          bytes};
}

[[noreturn]] void throw_mismatches(const std::string& path, const std::vector<std::string>& mismatches) {
  throw checkpoint_error(fmt::format("{}: does not fit the model ({} differences; nothing was loaded):\n  {}", path,
                                     mismatches.size(), fmt::join(mismatches, "\n  ")));
}

}  // namespace

StateSnapshot take_snapshot(const StateTensors& tensors, const Progress& progress) {
  return {{copy_to_host(tensors.model), copy_to_host(tensors.ema), copy_to_host(tensors.optimizer)},
          to_json(progress),
          progress.weights_metadata};
}

std::vector<CheckpointFile> checkpoint_files(const StateSnapshot& snapshot) {
  std::vector<CheckpointFile> files;
  for (const NamedFile& file : tensor_files(snapshot.tensors)) {
    const bool holds_weights = file.tensors != &snapshot.tensors.optimizer;
    files.push_back(tensor_checkpoint_file(file, holds_weights ? snapshot.weights_metadata : Metadata{}));
  }
  files.push_back(text_checkpoint_file(kStateFile, snapshot.state_json));
  return files;
}

Progress read_progress(Fs& fs, const VerifiedCheckpoint& checkpoint) {
  const std::vector<std::byte> bytes = read_checkpoint_file(fs, checkpoint, kStateFile);
  return progress_from_json(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                            join_path(checkpoint.path, kStateFile));
}

void read_state_tensors(Fs& fs, const VerifiedCheckpoint& checkpoint, const StateTensors& tensors) {
  const std::vector<NamedFile> wanted = tensor_files(tensors);
  std::vector<std::string> mismatches;
  if (tensors.ema.empty() && checkpoint.manifest.find(kEmaFile) != nullptr) {
    mismatches.push_back(
        fmt::format("{}: the checkpoint has moving averages (mfm.enabled, ema.decay), this run has none", kEmaFile));
  }
  for (const NamedFile& file : wanted) {
    if (checkpoint.manifest.find(file.name) == nullptr) {
      mismatches.push_back(fmt::format("{}: missing", file.name));
      continue;
    }
    const SafetensorsFile stored(fs, join_path(checkpoint.path, file.name));
    for (const std::string& line : list_mismatches(*file.tensors, stored)) {
      mismatches.push_back(fmt::format("{}: {}", file.name, line));
    }
  }
  if (!mismatches.empty()) throw_mismatches(checkpoint.path, mismatches);
  for (const NamedFile& file : wanted) {
    SafetensorsFile stored(fs, join_path(checkpoint.path, file.name));
    read_tensors(stored, *file.tensors, [&](const TensorInfo& info, std::span<const std::byte> bytes) {
      check_tensor_bytes(checkpoint, file.name, info.name, bytes);
    });
  }
}

std::string model_file(const VerifiedCheckpoint& checkpoint) { return join_path(checkpoint.path, kModelFile); }

VerifiedCheckpoint find_checkpoint(Fs& fs, const std::string& directory, std::string_view only) {
  const std::string of_run = join_path(directory, "checkpoints");
  if (!is_directory(fs, of_run)) return verify_checkpoint(fs, directory, only);
  CheckpointScan scan = scan_checkpoints(fs, of_run, only);
  if (scan.latest) return std::move(*scan.latest);
  if (scan.rejected.empty()) throw checkpoint_error(fmt::format("{}: there is no checkpoint yet", of_run));
  throw checkpoint_error(fmt::format("{}: no checkpoint verifies; the newest: {}", of_run, scan.rejected[0].reason));
}

WeightsPath find_weights(Fs& fs, const std::string& path, const std::string& key) {
  if (!is_directory(fs, path)) return {path, std::nullopt, ""};
  WeightsPath found;
  found.file_name = key == "ema" || key == "model_ema" ? kEmaFile : kModelFile;
  found.checkpoint = find_checkpoint(fs, path, found.file_name);
  if (!found.checkpoint->manifest.find(found.file_name)) {
    throw checkpoint_error(fmt::format("{}: the checkpoint has no {}", found.checkpoint->path, found.file_name));
  }
  found.path = join_path(found.checkpoint->path, found.file_name);
  return found;
}

WeightsFile open_weights(Fs& fs, const WeightsPath& source, const WeightsFileOptions& options) {
  return WeightsFile(fs, source.path, source.checkpoint ? WeightsFileOptions{} : options);
}

}  // namespace itpn
