#include "itpn/data/datasets/synthetic_scene.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace itpn {
namespace {

TEST(SyntheticScene, IsAFunctionOfSeedAndIndexAlone) {
  SyntheticOptions options;
  const auto scene = synthetic_scene(options, 5);
  EXPECT_EQ(synthetic_scene(options, 5).image.pixels, scene.image.pixels);
  EXPECT_NE(synthetic_scene(options, 6).image.pixels, scene.image.pixels);
  options.seed = 1;
  EXPECT_NE(synthetic_scene(options, 5).image.pixels, scene.image.pixels);
}

TEST(SyntheticScene, BoxesFitTheVisibleMasksAndMasksDoNotOverlap) {
  const SyntheticOptions options{.count = 100, .width = 90, .height = 64};
  for (int64_t index = 0; index < options.count; ++index) {
    const auto scene = synthetic_scene(options, index);
    std::vector<int> owners(scene.image.pixels.size() / 3);
    for (const auto& object : scene.objects) {
      EXPECT_GT(object.box.width * object.box.height, 0);
      for (size_t i = 0; i < owners.size(); ++i) {
        const int x = static_cast<int>(i) % 90, y = static_cast<int>(i) / 90;
        const bool in_box = x >= object.box.left && x < object.box.left + object.box.width && y >= object.box.top &&
                            y < object.box.top + object.box.height;
        EXPECT_TRUE(in_box || !object.mask[i]);
        owners[i] += object.mask[i];
      }
    }
    EXPECT_LE(*std::max_element(owners.begin(), owners.end()), 1);
    EXPECT_EQ(scene.objects.back().label, scene.label);
    EXPECT_EQ(synthetic_label(options, index), scene.label);
  }
}

TEST(SyntheticScene, APortraitShowsOneLargeShapeOfItsClassWhole) {
  const SyntheticOptions options{.count = 60, .width = 96, .height = 96, .style = SyntheticStyle::kPortrait};
  for (int64_t index = 0; index < options.count; ++index) {
    const auto scene = synthetic_scene(options, index);
    ASSERT_EQ(scene.objects.size(), 1U);
    const auto& object = scene.objects[0];
    EXPECT_EQ(object.label, synthetic_label(options, index));
    EXPECT_GT(std::max(object.box.width, object.box.height), 96 / 3);
    const int right = object.box.left + object.box.width, bottom = object.box.top + object.box.height;
    EXPECT_TRUE(object.box.left > 0 && object.box.top > 0 && right < 96 && bottom < 96);
  }
}

TEST(SyntheticScene, ShowsEveryClassAboutEquallyOften) {
  const SyntheticOptions options;
  const size_t classes = synthetic_class_names().size();
  std::vector<int> counts(classes);
  for (int64_t i = 0; i < 2000; ++i) ++counts[synthetic_label(options, i)];
  EXPECT_GT(*std::min_element(counts.begin(), counts.end()), 2000 / static_cast<int>(classes) * 7 / 10);
  const auto& names = synthetic_class_names();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), classes);
}

}  // namespace
}  // namespace itpn
