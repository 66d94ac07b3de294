#include "itpn/tasks/inspect/disk_speed.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <random>

#include "itpn/core/signals.h"
#include "itpn/core/stopwatch.h"
#include "itpn/core/uncached_buffer.h"

namespace itpn {
namespace {

constexpr size_t kPiece = 4 << 20;

// A file that is open for writing and for reading and has no name any more, or loses it with this object.
class NamelessFile {
 public:
  NamelessFile(Fs& fs, const std::string& path)
      : fs_(fs), path_(path), writer_(fs, path, OpenMode::kCreateUncached), reader_(open_reader()) {
    is_gone_ = fs_.unlink(path_) >= 0;
  }
  ~NamelessFile() {
    if (!is_gone_) fs_.unlink(path_);
  }
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;

  OpenFile& writer() { return writer_; }
  OpenFile& reader() { return reader_; }

 private:
  OpenFile open_reader() {
    try {
      return OpenFile(fs_, path_, OpenMode::kReadUncached);
    } catch (const Error&) {
      fs_.unlink(path_);
      throw;
    }
  }

  Fs& fs_;
  std::string path_;
  bool is_gone_ = false;
  OpenFile writer_, reader_;
};

// A disk that compresses must not find anything to compress.
void fill_with_noise(std::span<std::byte> bytes) {
  std::mt19937_64 noise(1);
  for (size_t i = 0; i + sizeof(uint64_t) <= bytes.size(); i += sizeof(uint64_t)) {
    const uint64_t value = noise();
    std::copy_n(reinterpret_cast<const std::byte*>(&value), sizeof value, bytes.begin() + static_cast<ptrdiff_t>(i));
  }
}

// Bytes of the pieces that `transfer` moved from place to place within the limits; fewer after a signal.
uint64_t move_pieces(const DiskSpeedLimits& limits, const std::function<void(uint64_t place)>& transfer) {
  uint64_t moved = 0;
  for (const Stopwatch watch; moved < limits.bytes && watch.seconds() < limits.seconds; moved += kPiece) {
    if (pending_signal() != 0) break;
    transfer(moved);
  }
  return moved;
}

}  // namespace

std::optional<DiskSpeed> measure_disk_speed(Fs& fs, const std::string& folder, const DiskSpeedLimits& limits) {
  NamelessFile file(fs, join_path(folder, fmt::format(".itpn-disk-speed-{}", getpid())));
  UncachedBuffer buffer(kPiece);
  fill_with_noise(buffer.bytes());
  DiskSpeed speed;
  const Stopwatch write_watch;
  speed.bytes = move_pieces(limits, [&](uint64_t) { file.writer().write_all(buffer.bytes()); });
  file.writer().fsync();
  speed.write_rate = static_cast<double>(speed.bytes) / write_watch.seconds();
  const Stopwatch read_watch;
  const uint64_t read = move_pieces({speed.bytes, limits.seconds},
                                    [&](uint64_t place) { file.reader().read_exactly(buffer.bytes(), place); });
  speed.read_rate = static_cast<double>(read) / read_watch.seconds();
  if (pending_signal() != 0) return std::nullopt;
  return speed;
}

}  // namespace itpn
