#include "itpn/io/checkpoint_verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "itpn/core/sha256.h"
#include "itpn/io/checkpoint_names.h"

namespace itpn {
namespace {

constexpr size_t kReadBytes = 1 << 20;

// Does this errno say that the content is gone or unreadable? Others (EMFILE, EACCES, ENOMEM) say nothing about the
// checkpoint; falling back to an older one for them would throw work away.
bool means_damage(int error) {
  constexpr std::array kDamage = {ENOENT, ENOTDIR, EISDIR, EIO, EUCLEAN, EBADMSG, ESTALE, ELOOP, ENXIO};
  return std::find(kDamage.begin(), kDamage.end(), error) != kDamage.end();
}

// Runs `read`; what it finds missing or unreadable becomes a checkpoint error.
template <class Read>
auto as_checkpoint_error(const Read& read) {
  try {
    return read();
  } catch (const SystemError& e) {
    if (!means_damage(e.error_number())) throw;
    throw checkpoint_error(e.what());
  } catch (const Error& e) {
    if (e.code() != ExitCode::kInputOutput) throw;
    throw checkpoint_error(e.what());  // ends too early, too large, not a regular file
  }
}

std::string hash_of_file(OpenFile& file, uint64_t size) {
  Sha256 hash;
  std::vector<std::byte> buffer(static_cast<size_t>(std::min<uint64_t>(size, kReadBytes)));
  const std::span bytes(buffer);
  for (uint64_t at = 0; at < size;) {
    const auto piece = bytes.first(static_cast<size_t>(std::min<uint64_t>(size - at, bytes.size())));
    file.read_exactly(piece, at);
    hash.update(piece);
    at += piece.size();
  }
  return hash.hex();
}

void verify_size(Fs& fs, const std::string& path, const FileRecord& record) {
  FileStatus status;
  const int result = fs.stat(path, &status);
  if (result < 0) throw_io_error(path, "read", result);
  if (!status.is_regular) throw checkpoint_error(fmt::format("{}: not a regular file", path));
  if (status.size != record.bytes) {
    throw checkpoint_error(fmt::format("{}: has {} bytes, the manifest says {}", path, status.size, record.bytes));
  }
}

void verify_content(Fs& fs, const std::string& path, const FileRecord& record) {
  OpenFile file(fs, path, OpenMode::kRead);
  if (hash_of_file(file, record.bytes) != record.sha256) {
    throw checkpoint_error(fmt::format("{}: damaged: its content does not have the hash of the manifest", path));
  }
}

const FileRecord& record_of(const VerifiedCheckpoint& checkpoint, std::string_view file) {
  const FileRecord* record = checkpoint.manifest.find(file);
  if (!record) throw checkpoint_error(fmt::format("{}: has no file {}", checkpoint.path, file));
  return *record;
}

}  // namespace

VerifiedCheckpoint verify_checkpoint(Fs& fs, const std::string& path, std::string_view only) {
  return as_checkpoint_error([&] {
    const std::string where = join_path(path, kManifestName);
    const std::string text = read_text_file(fs, where, kMaxManifestBytes);
    VerifiedCheckpoint checkpoint{path, parse_manifest(text, where)};
    for (const auto& file : checkpoint.manifest.files) {
      verify_size(fs, join_path(path, file.name), file);
      if (only.empty() || file.name == only) verify_content(fs, join_path(path, file.name), file);
    }
    return checkpoint;
  });
}

std::vector<int64_t> checkpoint_steps(Fs& fs, const std::string& directory) {
  std::vector<DirectoryEntry> entries;
  const int result = fs.list(directory, &entries);
  if (result == -ENOENT) return {};
  if (result < 0) throw_io_error(directory, "list", result);
  std::vector<int64_t> steps;
  for (const auto& entry : entries) {
    if (!entry.is_directory) continue;
    if (const auto step = step_of(entry.name)) steps.push_back(*step);
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

std::string checkpoint_path(const std::string& directory, int64_t step) {
  return join_path(directory, fmt::format("{}{}", kStepPrefix, step));
}

CheckpointScan scan_checkpoints(Fs& fs, const std::string& directory, std::string_view only) {
  auto steps = checkpoint_steps(fs, directory);
  std::reverse(steps.begin(), steps.end());
  return scan_checkpoints(fs, directory, steps, only);
}

CheckpointScan scan_checkpoints(Fs& fs, const std::string& directory, std::span<const int64_t> steps,
                                std::string_view only) {
  CheckpointScan scan;
  for (const int64_t step : steps) {
    const std::string path = checkpoint_path(directory, step);
    try {
      auto checkpoint = verify_checkpoint(fs, path, only);
      if (checkpoint.step() == step) {
        scan.latest = std::move(checkpoint);
        return scan;
      }
      scan.rejected.push_back({path, fmt::format("{}: its manifest is that of step {}", path, checkpoint.step())});
    } catch (const NewerFormatError&) {
      throw;
    } catch (const Error& e) {
      if (e.code() != ExitCode::kCheckpoint) throw;
      scan.rejected.push_back({path, e.what()});
    }
  }
  return scan;
}

std::vector<std::byte> read_checkpoint_file(Fs& fs, const VerifiedCheckpoint& checkpoint, std::string_view file) {
  const FileRecord& record = record_of(checkpoint, file);
  const std::string path = join_path(checkpoint.path, record.name);
  return as_checkpoint_error([&] {
    auto bytes = read_file(fs, path, record.bytes);
    if (sha256_hex(bytes) != record.sha256) {
      throw checkpoint_error(fmt::format("{}: changed after it was verified", path));
    }
    return bytes;
  });
}

void check_tensor_bytes(const VerifiedCheckpoint& checkpoint, std::string_view file, std::string_view tensor,
                        std::span<const std::byte> bytes) {
  const TensorRecord* record = record_of(checkpoint, file).find(tensor);
  if (!record) throw checkpoint_error(fmt::format("{}/{}: no record of tensor '{}'", checkpoint.path, file, tensor));
  if (record->bytes != bytes.size() || record->sha256 != sha256_hex(bytes)) {
    throw checkpoint_error(
        fmt::format("{}/{}: tensor '{}' changed after it was verified", checkpoint.path, file, tensor));
  }
}

}  // namespace itpn
