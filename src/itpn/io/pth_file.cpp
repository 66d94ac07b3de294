#include "itpn/io/pth_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/io/file_kind.h"
#include "itpn/io/pth_source.h"

namespace itpn {
namespace {

constexpr uint64_t kWindow = 8ULL << 20;
constexpr uint64_t kMaxViewShare = 8;  // bytes of all tensors together, over the size of the file

bool is_contiguous(const PickleTensor& tensor) {
  int64_t expected = 1;
  for (size_t i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i] != 1 && tensor.strides[i] != expected) return false;
    expected *= tensor.shape[i];
  }
  return true;
}

// Counts through the elements of a view row by row; gives the place of each in its storage.
class Elements {
 public:
  explicit Elements(const PickleTensor& tensor) : tensor_(tensor), at_(tensor.shape.size(), 0) {}
  uint64_t place() const { return place_; }
  // False behind the last one.
  bool next() {
    for (size_t i = at_.size(); i-- > 0;) {
      if (++at_[i] < tensor_.shape[i]) {
        place_ += static_cast<uint64_t>(tensor_.strides[i]);
        return true;
      }
      place_ -= static_cast<uint64_t>(tensor_.strides[i]) * static_cast<uint64_t>(tensor_.shape[i] - 1);
      at_[i] = 0;
    }
    return false;
  }

 private:
  const PickleTensor& tensor_;
  std::vector<int64_t> at_;
  uint64_t place_ = 0;
};

}  // namespace

std::unique_ptr<WeightsSource> open_pth_file(Fs& fs, const std::string& path, const PthOptions& options) {
  auto file = std::make_unique<OpenFile>(fs, path, OpenMode::kRead);
  switch (file_kind(*file)) {
    case FileKind::kZip:
      return std::make_unique<PthSource>(open_zip(std::move(file), options));
    case FileKind::kPickle:
      return std::make_unique<PthSource>(open_legacy(std::move(file)));
    default:
      throw checkpoint_error(path + ": neither a zip container nor a pickle, so no PyTorch file");
  }
}

PthSource::PthSource(PthParts parts) : parts_(std::move(parts)) {
  OpenFile& file = *parts_.file;
  PickleContents contents = list_pickle(parts_.pickle, file.path());
  values_ = std::move(contents.values);
  left_out_ = std::move(contents.left_out);
  // Nodes and storages have served, and in a hostile file they are large.
  parts_.pickle = Pickle{.root = {}, .nodes = {}, .storages = {}, .tensors = std::move(parts_.pickle.tensors)};
  tensors_.reserve(contents.tensors.size());
  described_.reserve(contents.tensors.size());
  const uint64_t file_size = file.size();
  uint64_t total = 0;
  for (NamedPickleTensor& named : contents.tensors) {
    const PickleTensor& tensor = parts_.pickle.tensors[named.tensor];
    const StoragePlace& place = parts_.places[tensor.storage];
    const uint64_t bytes = tensor_bytes(tensor.dtype, tensor.shape).value();
    // Views may share a storage and repeat elements (strides of 0), but within what the file's own size justifies.
    total += bytes;
    if (bytes > file_size || total > kMaxViewShare * file_size + kWindow) {
      throw checkpoint_error(fmt::format("{}: refused: its tensors are too large for the file ('{}' has {} bytes)",
                                         file.path(), named.name, bytes));
    }
    const uint64_t offset = place.offset + tensor.first * static_cast<uint64_t>(dtype_size(tensor.dtype));
    tensors_.push_back({{std::move(named.name), tensor.dtype, tensor.shape, offset, bytes}, std::move(named.group)});
    described_.push_back(named.tensor);
  }
}

void PthSource::read(size_t index, std::span<std::byte> into) {
  const TensorInfo& info = tensors_.at(index).info;
  if (into.size() != info.bytes) throw std::invalid_argument("a buffer of another size than tensor " + info.name);
  if (info.bytes == 0) return;
  const PickleTensor& tensor = parts_.pickle.tensors[described_[index]];
  const StoragePlace& place = parts_.places[tensor.storage];
  if (!is_contiguous(tensor)) return read_strided(tensor, place, into);
  parts_.file->read_exactly(into, info.offset);
  if (place.entry && info.bytes == place.bytes && !verified_.contains(place.entry)) {
    parts_.archive->compare(*place.entry, crc32_of(into));  // the bytes are here: no second reading
    verified_.insert(place.entry);
  }
  verify(place);
}

void PthSource::verify(const StoragePlace& place) {
  if (!place.entry || !verified_.insert(place.entry).second) return;
  try {
    parts_.archive->verify(*place.entry);
  } catch (...) {
    verified_.erase(place.entry);
    throw;
  }
}

// By windows of the storage, so that a view in any order needs little memory beside its own.
void PthSource::read_strided(const PickleTensor& tensor, const StoragePlace& place, std::span<std::byte> into) {
  verify(place);
  const auto size = static_cast<uint64_t>(dtype_size(tensor.dtype));
  const uint64_t begin = tensor.first * size;
  uint64_t last = begin;
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    last += static_cast<uint64_t>(tensor.strides[i]) * static_cast<uint64_t>(tensor.shape[i] - 1) * size;
  }
  std::vector<std::byte> window;
  for (uint64_t from = begin; from <= last; from += kWindow) {
    window.resize(std::min(kWindow, last + size - from));
    parts_.file->read_exactly(window, place.offset + from);
    Elements elements(tensor);
    std::byte* out = into.data();
    do {
      const uint64_t at = begin + elements.place() * size;
      if (at >= from && at < from + window.size()) std::memcpy(out, window.data() + (at - from), size);
      out += size;
    } while (elements.next());
  }
}

}  // namespace itpn
