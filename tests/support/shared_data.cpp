#include "shared_data.h"

#include <cstdlib>
#include <filesystem>

namespace itpn::test {
namespace {

std::string variable(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? value : otherwise;
}

}  // namespace

std::string source_path(const std::string& relative) { return variable("ITPN_SOURCE_DIR", ".") + "/" + relative; }

std::string program_path() { return variable("ITPN_BINARY", "build/release/bin/itpn"); }

std::optional<std::string> shared_path(const std::string& relative) {
  const std::string path = variable("ITPN_SHARED", source_path("../shared")) + "/" + relative;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

}  // namespace itpn::test
