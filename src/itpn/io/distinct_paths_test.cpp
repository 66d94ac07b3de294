#include "itpn/io/distinct_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace itpn {
namespace {

using testing::ElementsAre;

TEST(DistinctPaths, NamesAreLastComponentsWhereTheseDiffer) {
  EXPECT_THAT(distinct_paths({"out/a", "out/b/", "/x/c"}), ElementsAre("a", "b", "c"));
  EXPECT_THAT(distinct_paths({"out/a/../run"}), ElementsAre("run"));
  EXPECT_THAT(distinct_paths({"."}), ElementsAre(std::filesystem::current_path().filename().string()));
}

TEST(DistinctPaths, EqualNamesGetTheComponentsThatDiffer) {
  EXPECT_THAT(distinct_paths({"out/a/run", "out/b/run", "out/c"}), ElementsAre("a/run", "b/run", "c"));
  EXPECT_THAT(distinct_paths({"/a/x/run", "/b/x/run"}), ElementsAre("a/x/run", "b/x/run"));
  EXPECT_THAT(distinct_paths({"/run", "/a/run"}), ElementsAre("/run", "a/run"));
}

TEST(DistinctPaths, TheSamePathTwiceIsNumbered) {
  EXPECT_THAT(distinct_paths({"/a/run", "/a/run/", "/a/./run"}), ElementsAre("run", "run (2)", "run (3)"));
  EXPECT_THAT(distinct_paths({"/a/run", "/b/run", "/a/run"}), ElementsAre("a/run", "b/run", "a/run (2)"));
}

}  // namespace
}  // namespace itpn
