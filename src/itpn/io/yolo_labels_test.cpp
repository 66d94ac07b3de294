#include "itpn/io/yolo_labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.h"

namespace itpn {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;

std::string complaint_about_labels(std::string_view text) {
  return test::error_of(ExitCode::kData, [&] { parse_yolo_labels(text, "a.txt"); });
}

TEST(YoloLabels, ReadsBoxesByTheirMiddleAndOutlinesByTheirPoints) {
  const auto objects = parse_yolo_labels(
      "\xef\xbb\xbf"
      "2 0.5 0.25 0.2 0.1\r\n\n0 0.1 0.2\t0.4 0.2 0.4 0.9",
      "a.txt");
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[0].label, 2);
  EXPECT_THAT(objects[0].box.x, DoubleNear(0.4, 1e-12));
  EXPECT_THAT(objects[0].box.y, DoubleNear(0.2, 1e-12));
  EXPECT_THAT(objects[0].box.width, DoubleNear(0.2, 1e-12));
  EXPECT_TRUE(objects[0].outline.empty());
  EXPECT_EQ(objects[1].outline, (Polygon{0.1, 0.2, 0.4, 0.2, 0.4, 0.9}));
  EXPECT_THAT(objects[1].box.height, DoubleNear(0.7, 1e-12));
}

TEST(YoloLabels, CutsABoxOffAtThePicturesEdges) {
  const auto objects = parse_yolo_labels("1.0 0.0 0.9 0.5 0.4\n", "a.txt");
  EXPECT_EQ(objects[0].label, 1);
  EXPECT_EQ(objects[0].box.x, 0.0);
  EXPECT_EQ(objects[0].box.width, 0.25);
  EXPECT_THAT(objects[0].box.height, DoubleNear(0.3, 1e-12));
}

TEST(YoloLabels, APictureWithoutObjectsHasAnEmptyFile) {
  EXPECT_TRUE(parse_yolo_labels("", "a.txt").empty());
  EXPECT_TRUE(parse_yolo_labels(" \r\n\n", "a.txt").empty());
}

TEST(YoloLabels, NamesTheLineAndWhatIsWrongWithIt) {
  EXPECT_THAT(complaint_about_labels("0 0.5 0.5 0.1 0.1\n0 120 80 30 20\n"),
              HasSubstr("a.txt: line 2: 120 is no share"));
  EXPECT_THAT(complaint_about_labels("cat 0.5 0.5 0.1 0.1"), HasSubstr("cat is no number"));
  EXPECT_THAT(complaint_about_labels("-1 0.5 0.5 0.1 0.1"), HasSubstr("no whole number from 0"));
  EXPECT_THAT(complaint_about_labels("0.5 0.5 0.5 0.1 0.1"), HasSubstr("no whole number from 0"));
  EXPECT_THAT(complaint_about_labels("0 0.5 0.5 0.1"), HasSubstr("3 numbers behind the class; a line must be"));
  EXPECT_THAT(complaint_about_labels("0 0.5 0.5 0.1 0.1 0.9"), HasSubstr("5 numbers"));
  EXPECT_THAT(complaint_about_labels("0 0.5 0.5 0.0 0.1"), HasSubstr("no area"));
  EXPECT_THAT(complaint_about_labels("0 nan 0.5 0.1 0.1"), HasSubstr("no share"));
  EXPECT_THAT(complaint_about_labels("1e300 0.5 0.5 0.1 0.1"), HasSubstr("no whole number"));
}

}  // namespace
}  // namespace itpn
