#include "itpn/io/yolo_description.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace itpn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string complaint_about_description(std::string_view text) {
  return test::error_of(ExitCode::kData, [&] { parse_yolo_description(text, "data.yaml"); });
}

TEST(YoloDescription, TakesNamesAsAListOrWithTheirNumbers) {
  const YoloDescription list = parse_yolo_description(
      "train: ../train/images\nval: ../valid/images\nnc: 2\nnames: ['cat', 'guide dog']\nroboflow:\n  url: x\n", "a");
  EXPECT_THAT(list.names, ElementsAre("cat", "guide dog"));
  EXPECT_THAT(list.train, ElementsAre("../train/images"));
  EXPECT_THAT(list.val, ElementsAre("../valid/images"));
  const YoloDescription numbered = parse_yolo_description(
      "# a comment\npath: sets/x  # where\ntrain:\n  - a\n  - b.txt\nvalid: c\nnames:\n  1: dog\n  0: cat\n", "a");
  EXPECT_THAT(numbered.names, ElementsAre("cat", "dog"));
  EXPECT_THAT(numbered.train, ElementsAre("a", "b.txt"));
  EXPECT_THAT(numbered.val, ElementsAre("c"));
  EXPECT_EQ(numbered.root, "sets/x");
  EXPECT_TRUE(numbered.test.empty());
}

TEST(YoloDescription, SaysWhatIsMissingOrContradictsItself) {
  EXPECT_THAT(complaint_about_description("train: a\n"), HasSubstr("data.yaml: `names` is missing"));
  EXPECT_THAT(complaint_about_description("names: [a, b]\nnc: 3\n"), HasSubstr("`nc` is 3, but `names` has 2"));
  EXPECT_THAT(complaint_about_description("names: {0: a, 2: b}\n"), HasSubstr("no number 1"));
  EXPECT_THAT(complaint_about_description("names: {a: 0}\n"), HasSubstr("not a"));
  EXPECT_THAT(complaint_about_description("names: [a]\ntrain: {x: y}\n"), HasSubstr("`train` is neither"));
  EXPECT_THAT(complaint_about_description("just words"), HasSubstr("no description"));
  EXPECT_THAT(complaint_about_description("names: [a, b\ntrain: x\n"), HasSubstr("line "));
  EXPECT_THAT(complaint_about_description(std::string(100000, '[')), HasSubstr("data.yaml: "));
}

}  // namespace
}  // namespace itpn
