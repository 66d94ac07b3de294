// A folder for intermediate files.
#pragma once

#include <string>

namespace itpn {

// Made by the object and gone with it, with everything inside. A process that is killed leaves it behind.
class TemporaryFolder {
 public:
  // PARENT/itpn-PURPOSE-XXXXXX; parent "" is the system's folder for temporary files. Throws SystemError (exit 5).
  explicit TemporaryFolder(const std::string& purpose, const std::string& parent = "");
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string below(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace itpn
