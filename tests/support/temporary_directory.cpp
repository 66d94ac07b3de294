#include "temporary_directory.h"

#include <filesystem>

namespace itpn::test {

TemporaryDirectory::TemporaryDirectory(const std::string& parent)
    : folder_("test", std::filesystem::is_directory(parent) ? parent : "") {}

}  // namespace itpn::test
