#include "itpn/io/weights_writer.h"

#include <fmt/format.h>

#include "itpn/core/atomic_file.h"
#include "itpn/core/errors.h"
#include "itpn/core/file_ending.h"
#include "itpn/core/utf8.h"
#include "itpn/io/pth_writer.h"

namespace itpn {
namespace {

bool is_pth_name(const std::string& path) { return has_ending(path, ".pth") || has_ending(path, ".pt"); }

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

bool is_weights_name(const std::string& path) { return has_ending(path, ".safetensors") || is_pth_name(path); }

void write_weights_file(Fs& fs, const std::string& path, std::span<const TensorBytes> tensors,
                        const std::map<std::string, std::string>& metadata) {
  if (!is_weights_name(path)) {
    throw usage_error(fmt::format("{}: the name of a weights file ends in .safetensors, .pth or .pt", path));
  }
  require_writable_names(path, tensors);
  AtomicFile file(fs, path);
  const ByteSink sink = [&](std::span<const std::byte> piece) { file.write(piece); };
  if (is_pth_name(path)) {
    write_pth(sink, tensors, metadata);
  } else {
    write_safetensors(sink, tensors, metadata);
  }
  file.commit();
}

}  // namespace itpn
