#include "itpn/io/checkpoint_read_back.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "itpn/core/errors.h"
#include "itpn/core/uncached_buffer.h"

namespace itpn {
namespace {

constexpr size_t kBlockBytes = 1 << 20;

// A file on the disk, consumed from its start.
class StoredBytes {
 public:
  StoredBytes(Fs& fs, const std::string& path)
      : file_(fs, path, OpenMode::kReadUncached), size_(file_.size()), buffer_(kBlockBytes) {}

  void expect(std::span<const std::byte> wanted) {
    while (!wanted.empty()) {
      if (rest_.empty()) read_block();
      const size_t size = std::min(wanted.size(), rest_.size());
      if (size == 0 || std::memcmp(wanted.data(), rest_.data(), size) != 0) complain();
      wanted = wanted.subspan(size);
      rest_ = rest_.subspan(size);
    }
  }
  void expect_end() {
    if (!rest_.empty() || read_ != size_) complain();
  }

 private:
  void read_block() {
    const auto block = buffer_.bytes().first(static_cast<size_t>(std::min<uint64_t>(size_ - read_, kBlockBytes)));
    file_.read_exactly(block, read_);
    read_ += block.size();
    rest_ = block;
  }
  [[noreturn]] void complain() const {
    throw checkpoint_error(fmt::format("{}: the disk does not hold what was written to it", file_.path()));
  }

  OpenFile file_;
  const uint64_t size_;
  UncachedBuffer buffer_;
  uint64_t read_ = 0;                // bytes of the file that have been read
  std::span<const std::byte> rest_;  // of the last block, not compared yet
};

}  // namespace

void compare_with_disk(Fs& fs, const std::string& path, const std::function<void(const ByteSink&)>& write) {
  StoredBytes stored(fs, path);
  write([&stored](std::span<const std::byte> bytes) { stored.expect(bytes); });
  stored.expect_end();
}

}  // namespace itpn
