#include "itpn/engine/checkpoint_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <new>

#include "itpn/core/errors.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/weights_index.h"

namespace itpn {
namespace {

constexpr const char* kModelFile = "model.safetensors";
constexpr const char* kEmaFile = "ema.safetensors";
constexpr const char* kOptimizerFile = "optimizer.safetensors";
constexpr const char* kStateFile = "state.json";
constexpr std::string_view kTextsEntry = "metadata.";  // of our own .pth files

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

CheckpointFile tensor_checkpoint_file(const NamedFile& file, Metadata metadata) {
  const NamedTensors& tensors = *file.tensors;
  uint64_t bytes = 0;
  for (const auto& [name, tensor] : tensors) bytes += tensor.nbytes();
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

// Keys of a checkpoint's weights, as files of weights have them for the same things.
struct WeightsKey {
  std::string_view key;
  const char* file;
};
constexpr std::array<WeightsKey, 4> kWeightsKeys = {
    {{"", kModelFile}, {"model", kModelFile}, {"ema", kEmaFile}, {"model_ema", kEmaFile}}};

// The file of a checkpoint that a key means, or nullptr.
const char* file_of_key(std::string_view key) {
  for (const WeightsKey& known : kWeightsKeys) {
    if (known.key == key) return known.file;
  }
  return nullptr;
}

[[noreturn]] void throw_no_such_key(const VerifiedCheckpoint& checkpoint, const std::string& key) {
  std::vector<std::string_view> keys;
  for (const WeightsKey& known : kWeightsKeys) {
    if (!known.key.empty() && checkpoint.manifest.find(known.file) != nullptr) keys.push_back(known.key);
  }
  throw checkpoint_error(fmt::format("{}: no weights under \"{}\"; the checkpoint has some under [{}]", checkpoint.path,
                                     key, fmt::join(keys, ", ")));
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

namespace {

// What only runs and checkpoints have, or had before they were damaged.
bool is_of_a_run(Fs& fs, const std::string& directory) {
  const std::array<const char*, 3> names = {"checkpoints", kManifestName, kStateFile};
  return std::any_of(names.begin(), names.end(),
                     [&](const char* name) { return exists(fs, join_path(directory, name)); });
}

}  // namespace

WeightsPath find_weights(Fs& fs, const std::string& path, const std::string& key) {
  if (!is_directory(fs, path)) {
    require_whole_weights(fs, path);
    return {path, std::nullopt, ""};
  }
  if (!is_of_a_run(fs, path)) {
    const std::optional<std::string> file = weights_in_folder(fs, path);
    if (!file) throw_no_weights_in(fs, path);
    return {*file, std::nullopt, ""};
  }
  const char* file = file_of_key(key);
  WeightsPath found;
  found.file_name = file != nullptr ? file : kModelFile;
  found.checkpoint = find_checkpoint(fs, path, found.file_name);
  if (file == nullptr || found.checkpoint->manifest.find(file) == nullptr) throw_no_such_key(*found.checkpoint, key);
  found.path = join_path(found.checkpoint->path, found.file_name);
  return found;
}

WeightsFile open_weights(Fs& fs, const WeightsPath& source, const WeightsFileOptions& options) {
  try {
    return WeightsFile(fs, source.path, source.checkpoint ? WeightsFileOptions{} : options);
  } catch (const std::bad_alloc&) {
    throw checkpoint_error(source.path + ": the list of its tensors needs more memory than there is");
  }
}

std::map<std::string, std::string> texts_of(const WeightsFile& file) {
  std::map<std::string, std::string> texts;
  for (const auto& [name, text] : file.metadata()) {
    texts[name.starts_with(kTextsEntry) ? name.substr(kTextsEntry.size()) : name] = text;
  }
  return texts;
}

SharedBytes WeightsReader::read(const TensorInfo& tensor) {
  try {
    SharedBytes bytes = read_alone(tensor);
    const std::pair<uint64_t, uint64_t> place = {tensor.offset, tensor.bytes};
    // A matrix and its transpose lie at one place too: only the elements tell that two views are the same.
    const auto [first, last] = known_.equal_range(place);
    for (auto known = first; known != last; ++known) {
      const SharedBytes held = known->second.lock();
      if (held && *held == *bytes) return held;
    }
    known_.emplace(place, bytes);
    return bytes;
  } catch (const std::bad_alloc&) {
    throw checkpoint_error(fmt::format("{}: tensor '{}' ({} bytes) needs more memory than there is", file_.path(),
                                       tensor.name, tensor.bytes));
  }
}

SharedBytes WeightsReader::read_alone(const TensorInfo& tensor) {
  const auto bytes = std::make_shared<std::vector<std::byte>>(tensor.bytes);
  file_.read(tensor, *bytes);
  if (source_.checkpoint) check_tensor_bytes(*source_.checkpoint, source_.file_name, tensor.name, *bytes);
  return bytes;
}

}  // namespace itpn
