#include "itpn/tasks/classify/confusion_picture.h"

#include <gtest/gtest.h>

#include "itpn/io/pixels_for_test.h"

namespace itpn {
namespace {

constexpr Colour kAll = {0, 74, 130}, kHalf = {128, 165, 193};

TEST(ConfusionPicture, ShadesACellByItsShareOfTheTrueClass) {
  ConfusionMatrix matrix(2);
  matrix.set_sums({7, 0, 2, 2});
  const Image image = draw_confusion(matrix, {"", ""}).image();
  // A cell is 72 units, of two pixels each; the counts and the scale of shares take a little of, or add a little to,
  // it.
  EXPECT_NEAR(test::count_colour(image, kAll), 144 * 144, 600);
  EXPECT_NEAR(test::count_colour(image, kHalf), 2 * 144 * 144, 900);
}

TEST(ConfusionPicture, IsDrawnForAnyNumberOfClassesAndForNoPictures) {
  for (const int64_t classes : {1, 3, 100, 101, 900}) {
    const std::vector<std::string> names(static_cast<size_t>(classes), "a name \xff");
    const Image image = draw_confusion(ConfusionMatrix(classes), names).image();
    EXPECT_GE(image.width, classes) << classes;
    EXPECT_LT(image.width, 2600) << classes;
  }
}

}  // namespace
}  // namespace itpn
