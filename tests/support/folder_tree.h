// A made-up tree of small files, such as another machine's /proc and /sys.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "tests/support/temporary_directory.h"

namespace itpn::test {

class FolderTree {
 public:
  // `name` begins with "/".
  FolderTree& write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = root() + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return *this;
  }
  const std::string& root() const { return directory_->path(); }

 private:
  std::unique_ptr<TemporaryDirectory> directory_ = std::make_unique<TemporaryDirectory>();
};

}  // namespace itpn::test
