#include "itpn/core/paths.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

TEST(WithHome, PutsTheHomeDirectoryInAtTheStartOnly) {
  ASSERT_EQ(setenv("HOME", "/home/me", 1), 0);
  EXPECT_EQ(with_home("~/a b"), "/home/me/a b");
  EXPECT_EQ(with_home("~"), "/home/me");
  for (const char* other : {"", "a/~/b", "./~", "~someone/x", "~x", "/~/"}) EXPECT_EQ(with_home(other), other);
}

TEST(WithHome, AsksTheSystemWhereTheVariableIsMissing) {
  unsetenv("HOME");
  EXPECT_NE(with_home("~/x").front(), '~');
  setenv("HOME", "/home/me", 1);
}

TEST(AbsoluteFromHere, NamesTheSameFileFromEveryDirectory) {
  const test::TemporaryDirectory directory;
  const std::string before = std::filesystem::current_path();
  std::filesystem::current_path(directory.path());
  const std::string here = std::filesystem::current_path();
  EXPECT_EQ(absolute_from_here("pictures"), here + "/pictures");
  EXPECT_EQ(absolute_from_here("./a/../pictures/"), here + "/pictures");
  EXPECT_EQ(absolute_from_here("."), here);
  std::filesystem::current_path(before);
  EXPECT_EQ(absolute_from_here("/a//b/"), "/a/b");
  EXPECT_EQ(absolute_from_here("/"), "/");
  EXPECT_EQ(absolute_from_here(""), "");
}

}  // namespace
}  // namespace itpn
