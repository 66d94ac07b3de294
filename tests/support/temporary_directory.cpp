#include "temporary_directory.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace itpn::test {

TemporaryDirectory::TemporaryDirectory(const std::string& parent) {
  const bool has_parent = std::filesystem::is_directory(parent);
  const std::filesystem::path above =
      has_parent ? std::filesystem::path(parent) : std::filesystem::temp_directory_path();
  std::string pattern = (above / "itpn-test-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("cannot make a temporary directory " + pattern);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace itpn::test
