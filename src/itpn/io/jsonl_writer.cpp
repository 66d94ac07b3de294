#include "itpn/io/jsonl_writer.h"

namespace itpn {
namespace {

bool ends_inside_line(Fs& fs, const std::string& path) {
  OpenFile file(fs, path, OpenMode::kRead);
  const uint64_t size = file.size();
  if (size == 0) return false;
  std::byte last{};
  file.read_exactly(std::span(&last, 1), size - 1);
  return last != std::byte{'\n'};
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

JsonlWriter::JsonlWriter(Fs& fs, const std::string& path) : log_(fs, path) {
  if (ends_inside_line(fs, path)) log_.append(bytes_of("\n"));
}

void JsonlWriter::write(std::string_view json) noexcept {
  try {
    std::string line(json);
    line += '\n';
    log_.append(bytes_of(line));
  } catch (...) {
    ++lost_;
  }
}

void rewind_jsonl(Fs& fs, const std::string& path, uint64_t size, const std::string& dropped_path) {
  if (!exists(fs, path)) return;
  const std::string content = read_text_file(fs, path);
  if (content.size() <= size) return;
  OpenFile dropped(fs, dropped_path, OpenMode::kAppend);
  dropped.write_all(bytes_of(std::string_view(content).substr(size)));
  dropped.fsync();
  dropped.close();
  write_file_atomically(fs, path, content.substr(0, size));
}

}  // namespace itpn
