// A directory of its own for one test, deleted with its content.
#pragma once

#include <string>

#include "itpn/core/temporary_folder.h"

namespace itpn::test {

class TemporaryDirectory {
 public:
  // Below the system's directory for temporary files, or below `parent` if that is a directory.
  explicit TemporaryDirectory(const std::string& parent = "");

  const std::string& path() const { return folder_.path(); }
  std::string file(const std::string& name) const { return folder_.below(name); }

 private:
  TemporaryFolder folder_;
};

}  // namespace itpn::test
