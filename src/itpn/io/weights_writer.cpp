#include "itpn/io/weights_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include "itpn/io/pth_writer.h"

namespace itpn {
namespace {

bool is_pth_name(const std::string& path) { return path.ends_with(".pth") || path.ends_with(".pt"); }

}  // namespace

bool is_weights_name(const std::string& path) { return path.ends_with(".safetensors") || is_pth_name(path); }

void write_weights_file(Fs& fs, const std::string& path, std::span<const TensorBytes> tensors,
                        const std::map<std::string, std::string>& metadata) {
  if (!is_weights_name(path)) {
    throw usage_error(fmt::format("{}: the name of a weights file ends in .safetensors, .pth or .pt", path));
  }
  const std::string temporary = fmt::format("{}.tmp-{}", path, ::getpid());
  try {
    OpenFile file(fs, temporary, OpenMode::kCreate);
    const ByteSink sink = [&](std::span<const std::byte> piece) { file.write_all(piece); };
    if (is_pth_name(path)) {
      write_pth(sink, tensors, metadata);
    } else {
      write_safetensors(sink, tensors, metadata);
    }
    file.fsync();
    file.close();
    const int renamed = fs.rename(temporary, path);
    if (renamed < 0) throw_io_error(path, "rename to", renamed);
  } catch (...) {
    fs.unlink(temporary);
    throw;
  }
  sync_directory(fs, parent_path(path));
}

}  // namespace itpn
