#include "itpn/core/output_place.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

namespace itpn {

void prove_writable(Fs& fs, const std::string& directory) {
  const std::string probe = join_path(directory, fmt::format(".probe-{}", getpid()));
  {
    OpenFile file(fs, probe, OpenMode::kCreate);
    constexpr std::array<std::byte, 1> kByte = {std::byte{'x'}};
    file.write_all(kByte);
    file.close();
  }
  fs.unlink(probe);
}

void prepare_output_directory(Fs& fs, const std::string& directory) {
  const std::string path = directory.empty() ? "." : directory;
  if (exists(fs, path) && !is_directory(fs, path)) {
    throw io_error(fmt::format("{}: is a file; a directory is wanted here", path));
  }
  make_directories(fs, path);
  prove_writable(fs, path);
}

void prepare_output_file(Fs& fs, const std::string& path) {
  if (is_directory(fs, path)) throw io_error(fmt::format("{}: is a directory; a file is wanted here", path));
  prepare_output_directory(fs, parent_path(path));
}

}  // namespace itpn
