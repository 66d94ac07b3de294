#include "itpn/tasks/detect/object_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "itpn/io/coco_json.h"
#include "itpn/tasks/detect/found_for_test.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

// The text of a picture of a car and a dog, one without anything, and one that cannot be read.
std::string text_in(PredictionFormat format, bool has_masks) {
  std::string text;
  const auto sink = make_object_text({format, {"dog, small", "car"}, {"a/x.png", "b.png", "c.png"}},
                                     [&](const std::string& part) { text += part; });
  FoundPicture found = test::car_and_dog(has_masks), nothing = select(found, {});
  test::show_to(*sink, {"p/a/x\n.png", 0, nullptr, &found});
  test::show_to(*sink, {"p/b.png", 1, nullptr, &nothing});
  sink->fail("p/c.png", "cut off");
  sink->finish();
  return text;
}

TEST(ObjectText, TableIsForPeople) {
  EXPECT_EQ(text_in(PredictionFormat::kTable, true),
            "p/a/x\\x0a.png (40 x 30)\n"
            "   90.00 %  car               (2, 4) to (22, 14)\n"
            "   25.00 %  dog, small        (30, 10) to (40, 30)\n"
            "p/b.png (40 x 30)\n"
            "  nothing found\n"
            "p/c.png\n"
            "  not a picture: cut off\n");
}

TEST(ObjectText, JsonHasALineAPicture) {
  std::istringstream lines(text_in(PredictionFormat::kJson, true));
  std::string line;
  std::getline(lines, line);
  const nlohmann::json first = nlohmann::json::parse(line);
  EXPECT_EQ(first.at("file"), "p/a/x\\x0a.png");
  EXPECT_EQ(first.at("width"), 40);
  EXPECT_EQ(first.at("height"), 30);
  EXPECT_EQ(first.at("boxes"), nlohmann::json::parse("[[2, 4, 22, 14], [30.5, 10, 40, 30]]"));
  EXPECT_EQ(first.at("labels"), nlohmann::json::parse("[1, 0]"));
  EXPECT_EQ(first.at("names"), nlohmann::json::parse(R"(["car", "dog, small"])"));
  EXPECT_EQ(first.at("scores")[0].get<float>(), 0.9F);
  ASSERT_EQ(first.at("masks").size(), 2U);
  EXPECT_EQ(first.at("masks")[0].at("size"), nlohmann::json::parse("[30, 40]"));
  const Rle mask{30, 40, text_to_counts(first.at("masks")[0].at("counts").get<std::string>())};
  EXPECT_EQ(mask, mask_of(test::car_and_dog(true), 0));
  EXPECT_NEAR(static_cast<double>(rle_area(mask)), 100.0, 10.0);
  std::getline(lines, line);
  EXPECT_EQ(nlohmann::json::parse(line).at("masks").size(), 0U);
  std::getline(lines, line);
  EXPECT_EQ(nlohmann::json::parse(line), nlohmann::json::parse(R"({"file": "p/c.png", "error": "cut off"})"));
  EXPECT_FALSE(std::getline(lines, line));
  EXPECT_THAT(text_in(PredictionFormat::kJson, false), ::testing::Not(HasSubstr("masks")));
}

TEST(ObjectText, CsvHasALineAnObject) {
  EXPECT_EQ(text_in(PredictionFormat::kCsv, true),
            "file,width,height,rank,index,class,score,x1,y1,x2,y2,error\n"
            "p/a/x\\x0a.png,40,30,1,1,car,0.9,2,4,22,14,\n"
            "p/a/x\\x0a.png,40,30,2,0,\"dog, small\",0.25,30.5,10,40,30,\n"
            "p/b.png,40,30,,,,,,,,,\n"
            "p/c.png,,,,,,,,,,,cut off\n");
}

TEST(ObjectText, CocoIsAnAnnotationFileWithScores) {
  const std::string text = text_in(PredictionFormat::kCoco, true);
  const CocoSet set = parse_coco(text, "text");
  ASSERT_EQ(set.categories.size(), 2U);
  EXPECT_EQ(set.categories[1], (CocoCategory{2, "car"}));
  ASSERT_EQ(set.images.size(), 2U);
  EXPECT_EQ(set.images[0], (CocoImage{1, 40, 30, "a/x.png"}));
  ASSERT_EQ(set.annotations.size(), 2U);
  EXPECT_EQ(set.annotations[0].category_id, 2);
  EXPECT_EQ(set.annotations[1].box, (CornerBox{30.5, 10, 9.5, 20}));
  EXPECT_EQ(std::get<Rle>(set.annotations[0].mask), mask_of(test::car_and_dog(true), 0));
  EXPECT_EQ(parse_coco_results(nlohmann::json::parse(text).at("annotations").dump(), "text")[1].score, 0.25);
}

TEST(ObjectText, CocoOfNothingAndOfBoxesIsWhole) {
  const CocoSet boxes = parse_coco(text_in(PredictionFormat::kCoco, false), "text");
  ASSERT_EQ(boxes.annotations.size(), 2U);
  EXPECT_EQ(boxes.annotations[0].area, 200.0);
  std::string text;
  const auto sink =
      make_object_text({PredictionFormat::kCoco, {"a"}, {}}, [&](const std::string& part) { text += part; });
  sink->finish();
  EXPECT_TRUE(parse_coco(text, "text").images.empty());
}

}  // namespace
}  // namespace itpn
