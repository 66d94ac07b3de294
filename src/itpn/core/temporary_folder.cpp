#include "itpn/core/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "itpn/core/files.h"

namespace itpn {

TemporaryFolder::TemporaryFolder(const std::string& purpose, const std::string& parent) {
  const std::string above = parent.empty() ? std::filesystem::temp_directory_path().string() : parent;
  path_ = join_path(above, "itpn-" + purpose + "-XXXXXX");
  if (!::mkdtemp(path_.data())) throw_io_error(path_, "make the directory", -errno);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace itpn
