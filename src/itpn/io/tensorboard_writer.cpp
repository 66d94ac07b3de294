#include "itpn/io/tensorboard_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <charconv>
#include <chrono>
#include <vector>

#include "itpn/io/png_writer.h"

namespace itpn {
namespace {

// Wire types of protobuf.
enum class Wire : uint32_t { kVarint = 0, k64Bit = 1, kBytes = 2, k32Bit = 5 };

// One protobuf message being built; each call appends one field.
class Message {
 public:
  Message& number(uint32_t field, int64_t value) {
    return key(field, Wire::kVarint).varint(static_cast<uint64_t>(value));
  }
  Message& float64(uint32_t field, double value) {
    return key(field, Wire::k64Bit).little_endian(std::bit_cast<uint64_t>(value), 8);
  }
  Message& float32(uint32_t field, float value) {
    return key(field, Wire::k32Bit).little_endian(std::bit_cast<uint32_t>(value), 4);
  }
  Message& bytes(uint32_t field, std::string_view value) {
    key(field, Wire::kBytes).varint(value.size());
    data_.append(value);
    return *this;
  }
  Message& message(uint32_t field, const Message& value) { return bytes(field, value.data_); }
  Message& little_endian(uint64_t value, int count) {
    for (int i = 0; i < count; ++i) data_.push_back(static_cast<char>(value >> (8 * i)));
    return *this;
  }
  const std::string& data() const { return data_; }

 private:
  Message& key(uint32_t field, Wire wire) { return varint(field << 3 | static_cast<uint32_t>(wire)); }
  Message& varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) data_.push_back(static_cast<char>(value | 0x80));
    data_.push_back(static_cast<char>(value));
    return *this;
  }
  std::string data_;
};

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Field numbers are those of tensorflow's event.proto, summary.proto and tensor.proto.
Message event(int64_t step) { return std::move(Message().float64(1, wall_time()).number(2, step)); }

// An event with one Summary.Value that has been given its tag and content.
Message summary_event(int64_t step, const Message& value) {
  return std::move(event(step).message(5, Message().message(1, value)));
}

std::string framed(const std::string& data) {
  Message length;
  length.little_endian(data.size(), 8);
  Message end;
  end.little_endian(masked_crc32c(data), 4);
  return length.little_endian(masked_crc32c(length.data()), 4).data() + data + end.data();
}

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0u);
    table[i] = crc;
  }
  return table;
}

constexpr std::string_view kNamePrefix = "events.out.tfevents.";

// The newest time in the names of the event files, seconds since 1970; 0 where there is none.
int64_t newest_time(Fs& fs, const std::string& directory) {
  std::vector<DirectoryEntry> entries;
  if (fs.list(directory, &entries) < 0) return 0;
  int64_t newest = 0;
  for (const DirectoryEntry& entry : entries) {
    int64_t time = 0;
    if (!entry.name.starts_with(kNamePrefix)) continue;
    std::from_chars(entry.name.data() + kNamePrefix.size(), entry.name.data() + entry.name.size(), time);
    newest = std::max(newest, time);
  }
  return newest;
}

// A start within a second of the last one, or a clock that was set back, must not sort before it.
std::string new_event_file(Fs& fs, const std::string& directory) {
  static std::atomic<int> counter{0};
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  make_directories(fs, directory);
  const int64_t time = std::max(static_cast<int64_t>(wall_time()), newest_time(fs, directory) + 1);
  return join_path(directory, fmt::format("{}{:010d}.{}.{}.{}", kNamePrefix, time, host.data(), ::getpid(), counter++));
}

}  // namespace

uint32_t masked_crc32c(std::string_view bytes) {
  static constexpr auto kTable = make_crc_table();
  uint32_t crc = 0xFFFFFFFFu;
  for (const char byte : bytes) crc = crc >> 8 ^ kTable[(crc ^ static_cast<uint8_t>(byte)) & 0xFF];
  return std::rotr(~crc, 15) + 0xA282EAD8u;
}

template <class MakeEvent>
void TensorboardWriter::add(const MakeEvent& make_event) noexcept {
  try {
    const std::string record = framed(make_event().data());
    log_.append(std::as_bytes(std::span(record)));
  } catch (...) {
    ++lost_;
  }
}

TensorboardWriter::TensorboardWriter(Fs& fs, const std::string& directory) : log_(fs, new_event_file(fs, directory)) {
  add([] { return std::move(event(0).bytes(3, "brain.Event:2")); });
}

void TensorboardWriter::add_scalar(std::string_view tag, double value, int64_t step) noexcept {
  add([&] { return summary_event(step, Message().bytes(1, tag).float32(2, static_cast<float>(value))); });
}

void TensorboardWriter::add_image(std::string_view tag, const Image& image, int64_t step) noexcept {
  add([&] {
    const auto png = encode_png(image);
    Message picture;
    picture.number(1, image.height).number(2, image.width).number(3, image.channels);
    picture.bytes(4, {reinterpret_cast<const char*>(png.data()), png.size()});
    return summary_event(step, Message().bytes(1, tag).message(4, picture));
  });
}

void TensorboardWriter::add_restart(int64_t step) noexcept {
  constexpr int kStart = 1;  // SessionLog.START
  add([&] { return std::move(event(step).message(7, Message().number(1, kStart))); });
}

void TensorboardWriter::add_text(std::string_view tag, std::string_view text, int64_t step) noexcept {
  constexpr int kStringType = 7;  // DT_STRING
  add([&] {
    Message tensor;
    tensor.number(1, kStringType).message(2, Message().message(2, Message().number(1, 1))).bytes(8, text);
    const Message plugin = std::move(Message().message(1, Message().bytes(1, "text")));
    return summary_event(step, Message().bytes(1, tag).message(8, tensor).message(9, plugin));
  });
}

}  // namespace itpn
