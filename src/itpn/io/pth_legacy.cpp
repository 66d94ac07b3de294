// The older container: five pickles (magic number, protocol, machine, the object, keys of the storages), then for each
// key a count of elements in 8 bytes and the elements.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "itpn/core/errors.h"
#include "itpn/io/little_endian.h"
#include "itpn/io/pth_source.h"

namespace itpn {
namespace {

// 0x1950a86a20f9469cfc6c, least byte first.
constexpr std::string_view kLegacyMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr int64_t kProtocol = 1001;
constexpr size_t kMaxHeadBytes = 1ULL << 20, kMaxKeyListBytes = 8ULL << 20;  // of values, where files have few

[[noreturn]] void fail_legacy(const OpenFile& file, const std::string& what) {
  throw checkpoint_error(fmt::format("{}: {}", file.path(), what));
}

// A value of the machine's description, or nothing.
const PickleValue* entry(const Pickle& pickle, std::string_view key) {
  if (pickle.root.kind != PickleKind::kDict) return nullptr;
  const std::vector<PickleValue>& items = pickle.items(pickle.root);
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i].kind == PickleKind::kText && pickle.text(items[i]) == key) return &items[i + 1];
  }
  return nullptr;
}

void check_head(const OpenFile& file, const Pickle& magic, const Pickle& protocol, const Pickle& machine) {
  if (magic.root.kind != PickleKind::kLong || magic.text(magic.root) != kLegacyMagic) {
    fail_legacy(file, "a pickle without PyTorch's magic number; only files of torch.save are read");
  }
  if (protocol.root.kind != PickleKind::kInteger || protocol.root.integer != kProtocol) {
    fail_legacy(file, fmt::format("a PyTorch file of another protocol than {}", kProtocol));
  }
  const PickleValue* little = entry(machine, "little_endian");
  if (little && (little->kind != PickleKind::kBool || little->integer == 0)) {
    fail_legacy(file, "numbers in big-endian byte order; only little-endian is read");
  }
}

// The first three pickles; they are gone when the large one is read.
void read_head(const OpenFile& file, std::span<const std::byte> bytes, size_t& offset) {
  const PickleOptions options{file.path(), false, kMaxHeadBytes};
  const Pickle magic = read_pickle(bytes, offset, options), protocol = read_pickle(bytes, offset, options),
               machine = read_pickle(bytes, offset, options);
  check_head(file, magic, protocol, machine);
}

// Not copied: a list of a few bytes an entry may name the same long text again and again.
std::vector<const std::string*> keys_of(const OpenFile& file, const Pickle& keys) {
  std::vector<const std::string*> result;
  if (keys.root.kind != PickleKind::kList) fail_legacy(file, "its list of storages is no list");
  for (const PickleValue& key : keys.items(keys.root)) {
    if (key.kind != PickleKind::kText) fail_legacy(file, "a storage whose key is no text");
    result.push_back(&keys.text(key));
  }
  return result;
}

// The whole storages by key; parts of one must agree on what it is.
std::map<std::string, const PickleStorage*> bases_of(const OpenFile& file, const Pickle& pickle) {
  std::map<std::string, const PickleStorage*> bases;
  for (const PickleStorage& storage : pickle.storages) {
    const PickleStorage* other = bases.emplace(storage.base_key, &storage).first->second;
    if (other->dtype != storage.dtype || other->base_count != storage.base_count) {
      fail_legacy(file, fmt::format("storage '{}' has two sizes or types", storage.base_key));
    }
  }
  return bases;
}

std::map<std::string, uint64_t> find_storages(OpenFile& file, const Pickle& pickle,
                                              const std::vector<const std::string*>& keys, uint64_t offset) {
  const uint64_t file_size = file.size();
  const auto bases = bases_of(file, pickle);
  std::map<std::string, uint64_t> places;
  for (const std::string* named : keys) {
    const std::string& key = *named;
    const auto base = bases.find(key);
    if (base == bases.end()) fail_legacy(file, fmt::format("storage '{}' belongs to no tensor", key));
    std::array<std::byte, 8> count{};
    if (count.size() > file_size - offset) fail_legacy(file, fmt::format("cut before storage '{}'", key));
    file.read_exactly(count, offset);
    offset += count.size();
    const uint64_t bytes = tensor_bytes(base->second->dtype, {static_cast<int64_t>(base->second->base_count)}).value();
    if (little_endian(count, 0, 8) != base->second->base_count || bytes > file_size - offset) {
      fail_legacy(file, fmt::format("storage '{}' wants {} elements, the file has {}, in {} bytes (cut or damaged)",
                                    key, base->second->base_count, little_endian(count, 0, 8), file_size - offset));
    }
    if (!places.emplace(key, offset).second) fail_legacy(file, fmt::format("storage '{}' is there twice", key));
    offset += bytes;
  }
  if (offset != file_size)
    fail_legacy(file, fmt::format("{} bytes at the end belong to no storage", file_size - offset));
  return places;
}

}  // namespace

PthParts open_legacy(std::unique_ptr<OpenFile> file) {
  PthParts parts;
  parts.file = std::move(file);
  parts.format = WeightsFormat::kPthLegacy;
  std::vector<std::byte> bytes(std::min(parts.file->size(), kMaxPickleBytes));
  parts.file->read_exactly(bytes, 0);
  size_t offset = 0;
  read_head(*parts.file, bytes, offset);
  parts.pickle = read_pickle(bytes, offset, {parts.file->path()});
  const Pickle keys = read_pickle(bytes, offset, {parts.file->path(), false, kMaxKeyListBytes});
  const auto places = find_storages(*parts.file, parts.pickle, keys_of(*parts.file, keys), offset);
  for (const PickleStorage& storage : parts.pickle.storages) {
    const auto place = places.find(storage.base_key);
    if (place == places.end()) fail_legacy(*parts.file, fmt::format("storage '{}' is missing", storage.base_key));
    const auto size = static_cast<uint64_t>(dtype_size(storage.dtype));
    parts.places.push_back({place->second + storage.base_first * size, storage.count * size, nullptr});
  }
  return parts;
}

}  // namespace itpn
