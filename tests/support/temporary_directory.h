// A directory of its own for one test, deleted with its content.
#pragma once

#include <string>

namespace itpn::test {

class TemporaryDirectory {
 public:
  // Below the system's directory for temporary files, or below `parent` if that is a directory.
  explicit TemporaryDirectory(const std::string& parent = "");
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace itpn::test
