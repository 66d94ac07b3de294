#include "itpn/tasks/detect/output_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace itpn {
namespace {

using ::testing::ElementsAre;

TEST(OutputNames, BeginBelowTheFolderThatHoldsAllPictures) {
  EXPECT_THAT(names_below_common_folder({"a/b/x.jpg", "a/c/x.jpg", "./a/y.png"}),
              ElementsAre("b/x.jpg", "c/x.jpg", "y.png"));
  EXPECT_THAT(names_below_common_folder({"/p/q/x.jpg"}), ElementsAre("x.jpg"));
  EXPECT_THAT(names_below_common_folder({"/p/ab/x.jpg", "/p/abc/x.jpg"}), ElementsAre("ab/x.jpg", "abc/x.jpg"));
  EXPECT_THAT(names_below_common_folder({"../x.jpg", "y.jpg"}).front(), "x.jpg");
  EXPECT_TRUE(names_below_common_folder({}).empty());
}

TEST(OutputNames, AreDistinctWithoutTheirEndings) {
  EXPECT_THAT(stems_below_common_folder({"x.jpg", "x.png", "y.v1.jpg", "x-2.jpg", "x.jpg"}),
              ElementsAre("x", "x-2", "y.v1", "x-2-2", "x-3"));
  EXPECT_THAT(stems_below_common_folder({"classes.jpg", "a/classes.jpg"}, "classes"),
              ElementsAre("classes-2", "a/classes"));
}

TEST(OutputNames, KeepBytesThatAreNoText) {
  EXPECT_THAT(stems_below_common_folder({"caf\xe9.jpg"}), ElementsAre("caf\xe9"));
}

}  // namespace
}  // namespace itpn
