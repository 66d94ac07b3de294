// The zip container: one pickle "NAME/data.pkl", and each storage an entry "NAME/data/KEY".
#include <fmt/format.h>

#include <optional>

#include "itpn/core/errors.h"
#include "itpn/io/pth_source.h"

namespace itpn {
namespace {

constexpr const char* kPickle = "/data.pkl";

// "NAME" of the one entry "NAME/data.pkl".
std::string root_of(const ZipArchive& archive, const OpenFile& file) {
  std::optional<std::string> root;
  for (const ZipEntry& entry : archive.entries()) {
    const size_t slash = entry.name.find('/');
    if (slash == std::string::npos || entry.name.substr(slash) != kPickle) continue;
    if (root) throw checkpoint_error(file.path() + ": a zip container with more than one data.pkl");
    root = entry.name.substr(0, slash);
  }
  if (!root) throw checkpoint_error(file.path() + ": a zip container without data.pkl, so no PyTorch file");
  return *root;
}

void require_little_endian(ZipArchive& archive, const std::string& root, const OpenFile& file) {
  const ZipEntry* entry = archive.find(root + "/byteorder");
  if (!entry) return;
  const std::vector<std::byte> bytes = archive.read(*entry, 64);
  const std::string_view order(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (order != "little") {
    throw checkpoint_error(fmt::format("{}: numbers in byte order '{}'; only 'little' is read", file.path(), order));
  }
}

StoragePlace place_of(const PickleStorage& storage, const ZipArchive& archive, const std::string& root,
                      const OpenFile& file) {
  const ZipEntry* entry = archive.find(root + "/data/" + storage.key);
  const uint64_t bytes = tensor_bytes(storage.dtype, {static_cast<int64_t>(storage.count)}).value();
  if (!entry) throw checkpoint_error(fmt::format("{}: storage '{}' is missing", file.path(), storage.key));
  if (storage.key != storage.base_key || entry->size != bytes) {
    throw checkpoint_error(fmt::format("{}: storage '{}' has {} bytes, its type and size want {}", file.path(),
                                       storage.key, entry->size, bytes));
  }
  return {entry->offset, bytes, entry};
}

}  // namespace

PthParts open_zip(std::unique_ptr<OpenFile> file, const PthOptions& options) {
  PthParts parts;
  parts.file = std::move(file);
  parts.archive = std::make_unique<ZipArchive>(*parts.file, options.checks_checksums);
  const std::string root = root_of(*parts.archive, *parts.file);
  require_little_endian(*parts.archive, root, *parts.file);
  const bool is_script = parts.archive->find(root + "/constants.pkl") != nullptr;
  parts.format = is_script ? WeightsFormat::kTorchScript : WeightsFormat::kPthZip;
  const std::vector<std::byte> bytes = parts.archive->read(*parts.archive->find(root + kPickle), kMaxPickleBytes);
  size_t offset = 0;
  parts.pickle = read_pickle(bytes, offset, {fmt::format("{} (data.pkl)", parts.file->path()), is_script});
  for (const PickleStorage& storage : parts.pickle.storages) {
    parts.places.push_back(place_of(storage, *parts.archive, root, *parts.file));
  }
  return parts;
}

}  // namespace itpn
