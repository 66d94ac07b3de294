#include "itpn/data/datasets/coco_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "itpn/data/datasets/picture_finder.h"
#include "itpn/io/png_writer.h"
#include "tests/support/error_of.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;

CocoAnnotation annotation(int64_t id, int64_t image_id, int64_t category_id, const CornerBox& box) {
  return {.id = id, .image_id = image_id, .category_id = category_id, .box = box, .area = box.area()};
}

// Two categories, whose ids say nothing of their places; pictures of 64 x 48 pixels.
class CocoDatasets : public testing::Test {
 protected:
  CocoDatasets() {
    set_.categories = {{18, "dog"}, {1, "person"}};
    for (int64_t i = 1; i <= 3; ++i) add_picture(i, std::to_string(i) + ".png");
    set_.annotations = {annotation(1, 1, 1, {2, 3, 10, 11}), annotation(2, 2, 18, {0, 0, 5, 5})};
    config_ = {.name = "f.json", .pictures = directory_.path() + "/pictures"};
  }

  void add_picture(int64_t id, const std::string& name, int width = 64, int height = 48) {
    set_.images.push_back({id, width, height, name});
    add_file(name, width, height);
  }
  void add_file(const std::string& name, int width = 64, int height = 48) {
    const std::string path = directory_.path() + "/pictures/" + name;
    std::filesystem::create_directories(parent_path(path));
    write_file_atomically(posix_fs(), path, encode_png(Image(width, height, 3)));
  }
  CocoDataset open() const {
    CocoDatasetConfig config = config_;
    config.paths = find_pictures(PictureFinder(posix_fs(), config.pictures), set_.images);
    return CocoDataset(posix_fs(), set_, config);
  }
  std::string error() const {
    return error_of(ExitCode::kData, [&] { open(); });
  }

  const test::TemporaryDirectory directory_;
  CocoSet set_;
  CocoDatasetConfig config_;
};

TEST_F(CocoDatasets, LabelIsThePlaceInTheListNotTheId) {
  const CocoDataset dataset = open();
  EXPECT_THAT(dataset.class_names(), ElementsAre("dog", "person"));
  ASSERT_EQ(dataset.size(), 2);
  EXPECT_THAT(dataset.truth(0).labels, ElementsAre(1));
  EXPECT_THAT(dataset.truth(1).labels, ElementsAre(0));
  EXPECT_EQ(dataset.truth(0).boxes[0], (Box{2, 3, 12, 14}));
}

TEST_F(CocoDatasets, ClassesOfAnotherSetAreFoundByName) {
  config_.class_names = {"cat", "person", "dog"};
  const CocoDataset dataset = open();
  EXPECT_THAT(dataset.truth(0).labels, ElementsAre(1));
  EXPECT_THAT(dataset.truth(1).labels, ElementsAre(2));
}

TEST_F(CocoDatasets, DropEmptyAndSmallPicturesInTrainingOnly) {
  add_picture(4, "small.png", 31, 500);
  set_.annotations.push_back(annotation(3, 4, 1, {0, 0, 9, 9}));
  EXPECT_EQ(open().counts().dropped_empty, 1);
  EXPECT_EQ(open().counts().dropped_small, 1);
  config_.empty = EmptyPictures::kNegative;
  EXPECT_EQ(open().size(), 3);
  config_.is_for_training = false;
  EXPECT_EQ(open().size(), 4);
}

TEST_F(CocoDatasets, APictureWithCrowdsOnlyStaysWithoutABox) {
  set_.annotations.push_back(annotation(3, 3, 1, {0, 0, 9, 9}));
  set_.annotations.back().is_crowd = true;
  const CocoDataset dataset = open();
  ASSERT_EQ(dataset.size(), 3);
  EXPECT_EQ(dataset.truth(2).count(), 0);
  EXPECT_THAT(dataset.truth(2).ignored, ElementsAre(Box{0, 0, 9, 9}));
  EXPECT_EQ(dataset.counts().crowds, 1);
}

TEST_F(CocoDatasets, CountObjectsWithoutMaskAndOrphans) {
  set_.annotations[0].mask = std::vector<Polygon>{{2, 3, 12, 3, 12, 14}};
  set_.annotations.push_back(annotation(3, 1, 1, {0, 0, 9, 9}));
  set_.annotations.push_back(annotation(4, 99, 1, {0, 0, 9, 9}));
  const CocoDataset dataset = open();
  EXPECT_EQ(dataset.counts().objects, 3);
  EXPECT_EQ(dataset.counts().without_mask, 2);
  EXPECT_EQ(dataset.counts().orphans, 1);
  EXPECT_TRUE(has_mask(dataset.truth(0).masks.at(0)));
  EXPECT_FALSE(has_mask(dataset.truth(0).masks.at(1)));
  EXPECT_TRUE(dataset.truth(1).masks.empty());
}

TEST_F(CocoDatasets, RefuseIdsThatOccurTwice) {
  set_.annotations.push_back(annotation(2, 1, 1, {0, 0, 9, 9}));
  EXPECT_THAT(error(), HasSubstr("1 id of annotations occur more than once: 2"));
  set_.images.push_back(set_.images[0]);
  EXPECT_THAT(error(), HasSubstr("1 id of pictures"));
}

TEST_F(CocoDatasets, RefuseAPictureThatIsNamedTwice) {
  set_.images.push_back({9, 64, 48, "./1.png"});
  set_.annotations.push_back(annotation(3, 9, 1, {0, 0, 9, 9}));
  EXPECT_THAT(error(), HasSubstr("1 picture named by more than one entry"));
}

TEST_F(CocoDatasets, SayWhyNoBoxCanBeUsed) {
  set_.annotations = {annotation(1, 1, 1, {0, 0, 0.5, 9}), annotation(2, 1, 1, {70, 0, 9, 9}),
                      annotation(3, 1, 77, {0, 0, 9, 9})};
  const std::string text = error();
  EXPECT_THAT(text, HasSubstr("of 3 annotations no box can be used"));
  EXPECT_THAT(text, HasSubstr("1 are outside of the picture"));
  EXPECT_THAT(text, HasSubstr("1 are smaller than a pixel"));
  EXPECT_THAT(text, HasSubstr("1 are of a class that is not known"));
  set_.images.clear();
  EXPECT_THAT(error(), HasSubstr("the list images is empty"));
}

TEST_F(CocoDatasets, AMissingFileIsABadSampleAndAllMissingAnError) {
  std::filesystem::remove(config_.pictures + "/1.png");
  const CocoDataset dataset = open();
  EXPECT_EQ(dataset.counts().missing, 1);
  StoredPicture picture;
  EXPECT_THROW(dataset.read(0, picture), SampleError);
  EXPECT_NO_THROW(dataset.read(1, picture));
  std::filesystem::remove(config_.pictures + "/2.png");
  EXPECT_THAT(error(), HasSubstr("none of its 2 pictures lies in"));
}

TEST_F(CocoDatasets, AreGroupedByOrientation) {
  add_picture(4, "high.png", 48, 64);
  set_.annotations.push_back(annotation(3, 4, 1, {0, 0, 9, 9}));
  EXPECT_THAT(orientations(open()), ElementsAre(1, 1, 0));
}

TEST_F(CocoDatasets, FindFilesOfNamesFromAnotherMachine) {
  add_file("a/x.png");
  add_file("b/y.png");
  const PictureFinder finder(posix_fs(), config_.pictures);
  const std::string x = config_.pictures + "/a/x.png";
  EXPECT_EQ(finder.find("a/x.png"), x);
  EXPECT_EQ(finder.find("./a/x.png"), x);
  EXPECT_EQ(finder.find("a\\x.png"), x);
  EXPECT_EQ(finder.find("/data/other/x.png"), x);
  EXPECT_EQ(finder.find("D:\\pictures\\x.png"), x);
  EXPECT_EQ(finder.find("z.png"), std::nullopt);
  add_file("b/x.png");
  const PictureFinder again(posix_fs(), config_.pictures);
  EXPECT_EQ(again.find("a/x.png"), x);
  EXPECT_THAT(error_of(ExitCode::kData, [&] { again.find("/data/other/x.png"); }),
              HasSubstr("any of a/x.png, b/x.png"));
}

TEST(DecodeAnnotated, LeavesWhatAgreesAndRefusesAnotherSize) {
  const StoredPicture picture{encode_png(Image(6, 4, 3)), {}};
  EXPECT_EQ(decode_annotated(picture, {1, 6, 4, ""}).width, 6);
  EXPECT_EQ(decode_annotated(picture, {1, 0, 0, ""}).width, 6);
  for (const CocoImage& image : {CocoImage{1, 4, 6, ""}, CocoImage{1, 7, 4, ""}}) {
    EXPECT_THAT(error_of(ExitCode::kData, [&] { decode_annotated(picture, image); }), HasSubstr("has 6 x 4 pixels"));
  }
}

// orientation_6.jpg lies on its side.
TEST(DecodeAnnotated, TurnsAPictureThatLiesOnItsSideWhereTheAnnotationsDo) {
  const std::string folder = test::source_path("src/itpn/io/testdata/images/");
  const StoredPicture sideways{read_file(posix_fs(), folder + "orientation_6.jpg"), {}};
  const StoredPicture upright{read_file(posix_fs(), folder + "orientation_1.jpg"), {}};
  const Image stored = decode_annotated(upright, {1, 0, 0, ""});
  ASSERT_NE(stored.width, stored.height);
  const CocoImage turned{1, stored.height, stored.width, ""}, as_stored{1, stored.width, stored.height, ""};
  EXPECT_EQ(decode_annotated(sideways, turned).width, stored.height);
  EXPECT_EQ(decode_annotated(sideways, as_stored).width, stored.width);
  EXPECT_THROW(decode_annotated(upright, turned), SampleError);
}

}  // namespace
}  // namespace itpn
