#include "itpn/io/weights_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include "itpn/core/errors.h"
#include "itpn/core/utf8.h"
#include "itpn/io/pth_writer.h"

namespace itpn {
namespace {

bool is_pth_name(const std::string& path) { return path.ends_with(".pth") || path.ends_with(".pt"); }

// Names come from other people's files, so one that cannot be written is no defect of the program.
void require_writable_names(const std::string& path, std::span<const TensorBytes> tensors) {
  for (const TensorBytes& tensor : tensors) {
    const bool is_reserved = !is_pth_name(path) && tensor.name == kSafetensorsMetadata;
    if (is_utf8(tensor.name) && !is_reserved) continue;
    throw checkpoint_error(fmt::format("{}: a tensor has the name '{}', which {}; rename it in the file it comes from",
                                       path, printable_bytes(tensor.name),
                                       is_reserved ? "a .safetensors file keeps for its own texts" : "is not UTF-8"));
  }
}

}  // namespace

bool is_weights_name(const std::string& path) { return path.ends_with(".safetensors") || is_pth_name(path); }

void write_weights_file(Fs& fs, const std::string& path, std::span<const TensorBytes> tensors,
                        const std::map<std::string, std::string>& metadata) {
  if (!is_weights_name(path)) {
    throw usage_error(fmt::format("{}: the name of a weights file ends in .safetensors, .pth or .pt", path));
  }
  require_writable_names(path, tensors);
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
