// Where tests find the reference values and pictures that lie beside the repository, not in it.
#pragma once

#include <optional>
#include <string>

namespace itpn::test {

// Path of `relative` inside the shared folder ($ITPN_SHARED, default ../shared of the repository), or nothing where it
// is absent. A test that needs it says so and skips:
//   const auto folder = shared_path("data/classify");
//   if (!folder) GTEST_SKIP() << "needs ../shared/data/classify";
std::optional<std::string> shared_path(const std::string& relative);

// Path of `relative` inside the repository.
std::string source_path(const std::string& relative);

// Path of the built program.
std::string program_path();

}  // namespace itpn::test
