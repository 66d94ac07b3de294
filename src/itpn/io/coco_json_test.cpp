#include "itpn/io/coco_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using test::error_of;
using testing::HasSubstr;

constexpr const char* kSmall = R"({
 "info": {"year": 2017, "deep": [[{"x": [1e3, null, true, "y"]}]]},
 "categories": [{"supercategory": "animal", "id": 18, "name": "dog"}, {"id": 1, "name": "person"}],
 "annotations": [
  {"id": 7, "image_id": 42, "category_id": 18, "bbox": [1.5, 2, 3, 4.25], "area": 9.5, "iscrowd": 0,
   "segmentation": [[1, 2, 3.5, 4, 5, 6], [0, 0, 1, 0, 1, 1]]},
  {"id": 908400000001, "image_id": 42, "category_id": 1, "bbox": [0, 0, 2, 2], "area": 4, "iscrowd": 1, "ignore": true,
   "segmentation": {"size": [4, 5], "counts": [0, 4, 16]}},
  {"id": 9, "image_id": 42, "category_id": 1, "segmentation": {"counts": "04`0", "size": [4, 5]}},
  {"id": 10, "image_id": 42, "category_id": 1, "bbox": [], "area": null, "segmentation": []}],
 "images": [{"file_name": "a\\b.jpg", "id": 42, "height": 4, "width": 5, "license": 3}]
})";

std::string error_in(const std::string& text) {
  return error_of(ExitCode::kData, [&] { parse_coco(text, "f.json"); });
}

// The small set with one annotation that has these members beside its ids.
std::string with_annotation(const std::string& members) {
  return "{\"images\":[],\"categories\":[],\n\"annotations\":[{\"id\":1,\"image_id\":2,\"category_id\":3," + members +
         "}]}";
}

TEST(CocoJson, ReadsTheListsInAnyOrder) {
  const CocoSet set = parse_coco(kSmall, "f.json");
  ASSERT_EQ(set.images.size(), 1U);
  EXPECT_EQ(set.images[0], (CocoImage{42, 5, 4, "a\\b.jpg"}));
  ASSERT_EQ(set.categories.size(), 2U);
  EXPECT_EQ(set.categories[0], (CocoCategory{18, "dog"}));
  ASSERT_EQ(set.annotations.size(), 4U);
  const CocoAnnotation& dog = set.annotations[0];
  EXPECT_EQ(dog.id, 7);
  EXPECT_EQ(dog.image_id, 42);
  EXPECT_EQ(dog.category_id, 18);
  EXPECT_EQ(dog.box, (CornerBox{1.5, 2, 3, 4.25}));
  EXPECT_EQ(dog.area, 9.5);
  EXPECT_FALSE(dog.is_crowd);
  EXPECT_EQ(dog.mask, Segmentation((std::vector<Polygon>{{1, 2, 3.5, 4, 5, 6}, {0, 0, 1, 0, 1, 1}})));
}

TEST(CocoJson, ReadsRunsInBothFormsAndWhatIsMissing) {
  const CocoSet set = parse_coco(kSmall, "f.json");
  const CocoAnnotation& crowd = set.annotations[1];
  EXPECT_EQ(crowd.id, 908400000001);
  EXPECT_TRUE(crowd.is_crowd);
  EXPECT_TRUE(crowd.is_ignored);
  EXPECT_EQ(crowd.mask, Segmentation(Rle{4, 5, {0, 4, 16}}));
  EXPECT_EQ(set.annotations[2].mask, crowd.mask);
  EXPECT_FALSE(set.annotations[2].box);
  EXPECT_FALSE(set.annotations[2].area);
  EXPECT_FALSE(set.annotations[3].box);
  EXPECT_FALSE(has_mask(set.annotations[3].mask));
}

TEST(CocoJson, TakesASingleOutlineWithoutAListAroundIt) {
  const CocoSet set = parse_coco(with_annotation("\"segmentation\":[1,2,3,4,5,6]"), "f.json");
  EXPECT_EQ(set.annotations[0].mask, Segmentation(std::vector<Polygon>{{1, 2, 3, 4, 5, 6}}));
}

TEST(CocoJson, SaysWhereAndWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"\"bbox\":[1,2,3]", "f.json, line 2, column 60: a box is four numbers x, y, width, height, got 3"},
      {"\"bbox\":[1,2,3,\"4\"]", "wanted a number, got a text"},
      {"\"bbox\":[1,2,3,1e400]", "beyond the range of a double"},
      {"\"area\":\"large\"", "wanted a number"},
      {"\"iscrowd\":2", "wanted 0 or 1, got 2"},
      {"\"segmentation\":[[1,2,3]]", "an outline of 3 numbers"},
      {"\"segmentation\":[1,[2,3]]", "numbers and lists mixed"},
      {"\"segmentation\":{\"counts\":[4]}", "size and counts"},
      {"\"segmentation\":{\"size\":[2],\"counts\":[4]}", "two numbers, got 1"},
      {"\"segmentation\":{\"size\":[2,3],\"counts\":[4]}", "cover 4 pixels, its size is 3 x 2 = 6"},
      {"\"segmentation\":{\"size\":[2,-3],\"counts\":[4]}", "a mask of -3 x 2 pixels"},
      {"\"segmentation\":{\"size\":[2,3],\"counts\":[-4,10]}", "a run of -4 pixels"},
      {"\"segmentation\":{\"size\":[2,3],\"counts\":\"S\"}", "ends in the middle of a number"},
      {"\"segmentation\":7", "wanted a list"},
      {"\"image_id\":\"x\"", "wanted a number, got a text"},
      {"\"id\":1.5", "wanted a whole number"},
  };
  for (const auto& [members, message] : cases)
    EXPECT_THAT(error_in(with_annotation(members)), HasSubstr(message)) << members;
}

TEST(CocoJson, WantsTheThreeListsOnceAndIdsInThem) {
  EXPECT_THAT(error_in("{\"images\":[],\"categories\":[]}"), HasSubstr("no list annotations"));
  EXPECT_THAT(error_in("[]"), HasSubstr("a list, such as results are"));
  EXPECT_THAT(error_in("{\"images\":[],\"images\":[]}"), HasSubstr("comes twice"));
  EXPECT_THAT(error_in("{\"images\":[{\"width\":3}]}"), HasSubstr("line 1, column 12: a picture without id"));
  EXPECT_THAT(error_in("{\"images\":[{\"id\":3,\"width\":-1}]}"), HasSubstr("a side of -1 pixels"));
  EXPECT_THAT(error_in("{\"annotations\":[{\"id\":3,\"image_id\":3}]}"),
              HasSubstr("an annotation without category_id"));
  EXPECT_THAT(error_in("{\"categories\":[{\"name\":\"x\"}]}"), HasSubstr("a category without id"));
}

TEST(CocoJson, WritesWhatItReadsBack) {
  CocoSet set = parse_coco(kSmall, "f.json");
  set.images[0].file_name = "\xC3\xA9 \"quoted\" \\ \n.jpg";
  set.annotations[0].box = CornerBox{0.1, 1.0 / 3.0, 1e-300, 1e300};
  const CocoSet again = parse_coco(coco_text(set), "again");
  EXPECT_EQ(again.images, set.images);
  EXPECT_EQ(again.categories, set.categories);
  ASSERT_EQ(again.annotations.size(), set.annotations.size());
  for (size_t i = 0; i < set.annotations.size(); ++i) {
    const CocoAnnotation &a = again.annotations[i], &b = set.annotations[i];
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.box, b.box);
    EXPECT_EQ(a.area, b.area);
    EXPECT_EQ(a.is_crowd, b.is_crowd);
    EXPECT_EQ(a.is_ignored, b.is_ignored);
    EXPECT_EQ(a.mask, b.mask);
  }
  set.annotations[0].area = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(coco_text(set), std::invalid_argument);
}

TEST(CocoJson, WritesResultsThatItReadsBack) {
  const std::vector<CocoResult> results = {{42, 18, 0.125, CornerBox{1, 2, 3.5, 4}, Rle{4, 5, {1, 3, 16}}},
                                           {42, 1, 1.0 / 3.0, std::nullopt, std::vector<Polygon>{{0, 0, 1, 0, 1, 1}}},
                                           {43, 1, 1e-9, CornerBox{1, 2, 3, 4}, {}}};
  const std::vector<CocoResult> again = parse_coco_results(coco_results_text(results), "again");
  ASSERT_EQ(again.size(), results.size());
  for (size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(again[i].image_id, results[i].image_id);
    EXPECT_EQ(again[i].score, results[i].score);
    EXPECT_EQ(again[i].box, results[i].box);
    EXPECT_EQ(again[i].mask, results[i].mask);
  }
  EXPECT_TRUE(parse_coco_results(coco_results_text({}), "none").empty());
}

TEST(CocoJson, AResultNeedsScoreAndShape) {
  const auto error = [](const char* text) { return error_of(ExitCode::kData, [&] { parse_coco_results(text, "r"); }); };
  EXPECT_THAT(error(R"([{"image_id":1,"category_id":1,"bbox":[1,2,3,4]}])"),
              HasSubstr("column 2: a result without score"));
  EXPECT_THAT(error(R"([{"image_id":1,"category_id":1,"score":1}])"), HasSubstr("without bbox and segmentation"));
  EXPECT_THAT(error(R"([{"category_id":1,"score":1,"bbox":[1,2,3,4]}])"), HasSubstr("without image_id"));
  EXPECT_THAT(error(R"({"images":[]})"), HasSubstr("wanted a list, got an object"));
}

TEST(CocoJson, NamesTheFileThatIsNotThere) {
  const test::TemporaryDirectory directory;
  EXPECT_THAT(error_of(ExitCode::kInputOutput, [&] { read_coco(posix_fs(), directory.path() + "/gone.json"); }),
              HasSubstr("gone.json"));
}

}  // namespace
}  // namespace itpn
