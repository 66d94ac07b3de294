#include "itpn/data/open_annotated.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "itpn/io/coco_json.h"
#include "itpn/io/png_writer.h"
#include "tests/support/error_of.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// A picture and an object for each part, of the classes that it names.
class OpenAnnotated : public testing::Test {
 protected:
  void put_part(const std::string& part, const std::vector<std::string>& classes) {
    CocoSet set;
    set.images = {{5, 64, 48, part + ".png"}};
    for (const std::string& name : classes) {
      const auto id = static_cast<int64_t>(set.categories.size()) + 10;
      set.categories.push_back({id, name});
      set.annotations.push_back({.id = id, .image_id = 5, .category_id = id, .box = CornerBox{2, 3, 20, 30}});
    }
    put_set(part, set);
  }
  void put_set(const std::string& part, const CocoSet& set) {
    for (const char* folder : {"annotations", part.c_str()})
      std::filesystem::create_directories(directory_.file(folder));
    write_file_atomically(posix_fs(), directory_.file("annotations/instances_" + part + ".json"), coco_text(set));
    write_file_atomically(posix_fs(), directory_.file(part + "/" + part + ".png"), encode_png(Image(64, 48, 3)));
  }
  AnnotatedDataConfig config() const {
    AnnotatedDataConfig data;
    data.path = directory_.path();
    return data;
  }
  std::string error(const AnnotatedDataConfig& data, ExitCode code = ExitCode::kData) const {
    return test::error_of(code, [&] { open_annotated_data(posix_fs(), data); });
  }

  const test::TemporaryDirectory directory_;
};

TEST_F(OpenAnnotated, LabelsOfValidationAreThoseOfTheSameNamesInTraining) {
  put_part("train", {"cat", "dog", "owl"});
  put_part("val", {"owl", "cat"});
  const AnnotatedData data = open_annotated_data(posix_fs(), config());
  EXPECT_THAT(data.class_names, ElementsAre("cat", "dog", "owl"));
  ASSERT_TRUE(data.val);
  EXPECT_THAT(data.val->samples->truth(0).labels, ElementsAre(2, 0));
  EXPECT_THAT(data.val->samples->class_names(), ElementsAre("cat", "dog", "owl"));
  EXPECT_EQ(data.val->truth->annotations.size(), 2U);
}

TEST_F(OpenAnnotated, AClassThatTrainingDoesNotHaveIsAnError) {
  put_part("train", {"cat", "dog"});
  put_part("val", {"cat", "owl"});
  EXPECT_THAT(error(config()),
              AllOf(HasSubstr("instances_val.json"), HasSubstr("a class that the detector does not know: owl"),
                    HasSubstr("it knows cat, dog")));
}

TEST_F(OpenAnnotated, PicturesToMeasureOnMayBeNone) {
  put_part("train", {"cat"});
  EXPECT_FALSE(open_annotated_data(posix_fs(), config()).val);
}

TEST_F(OpenAnnotated, NamedFilesGoBeforeThoseThatWouldBeFound) {
  put_part("train", {"cat"});
  put_part("val", {"cat"});
  AnnotatedDataConfig data = config();
  data.annotations = directory_.file("annotations/instances_val.json");
  data.val_annotations = directory_.file("annotations/instances_train.json");
  const AnnotatedData opened = open_annotated_data(posix_fs(), data);
  EXPECT_THAT(opened.train.samples->name(0), HasSubstr("val/val.png"));
  EXPECT_THAT(opened.val->samples->name(0), HasSubstr("train/train.png"));
}

TEST_F(OpenAnnotated, ASetToMeasureOnIsItsPartForValidation) {
  put_part("train", {"cat"});
  put_part("val", {"cat"});
  const AnnotatedSet set = open_annotated_set(posix_fs(), {}, directory_.path(), {"dog", "cat"});
  EXPECT_THAT(set.name, HasSubstr("instances_val.json"));
  EXPECT_THAT(set.samples->truth(0).labels, ElementsAre(1));
  std::filesystem::remove(directory_.file("annotations/instances_val.json"));
  EXPECT_THAT(open_annotated_set(posix_fs(), {}, directory_.path(), {"cat"}).name, HasSubstr("instances_train.json"));
}

TEST_F(OpenAnnotated, WithoutAPathThePicturesAreBuiltIn) {
  AnnotatedDataConfig data;
  data.synthetic_count = 9;
  const AnnotatedData opened = open_annotated_data(posix_fs(), data);
  EXPECT_EQ(opened.train.samples->size(), 9);
  ASSERT_TRUE(opened.val);
  EXPECT_EQ(opened.val->samples->size(), 3);
  EXPECT_NE(opened.val->samples->name(0), opened.train.samples->name(0));
  EXPECT_EQ(open_annotated_set(posix_fs(), data, "", opened.class_names).samples->size(), 3);
}

TEST_F(OpenAnnotated, APathThatWouldNotBeReadIsAnError) {
  AnnotatedDataConfig data = config();
  data.source = "synthetic";
  EXPECT_THAT(error(data, ExitCode::kUsage), HasSubstr("makes its own pictures"));
  data.source = "coco";
  data.path.clear();
  EXPECT_THAT(error(data, ExitCode::kUsage), HasSubstr("data.source = \"coco\" needs data.path"));
}

TEST_F(OpenAnnotated, APartWithoutAUsableBoxIsAnErrorThatNamesTheCause) {
  put_part("train", {"cat"});
  CocoSet set;
  set.images = {{1, 64, 48, "val.png"}};
  set.categories = {{1, "cat"}};
  set.annotations = {{.id = 1, .image_id = 1, .category_id = 1, .box = CornerBox{2, 3, 9, 9}, .is_crowd = true},
                     {.id = 2, .image_id = 1, .category_id = 1, .box = CornerBox{99, 3, 9, 9}}};
  put_set("val", set);
  EXPECT_THAT(error(config()), AllOf(HasSubstr("of 2 annotations no box can be used"), HasSubstr("1 are crowds"),
                                     HasSubstr("1 are outside of the picture")));
}

TEST_F(OpenAnnotated, BoxesThatLookLikeCornersAreWarnedOf) {
  CocoSet set;
  set.images = {{1, 64, 48, "train.png"}};
  set.categories = {{1, "cat"}};
  for (int64_t id = 1; id <= 6; ++id) {
    const double left = 20.0 + 3.0 * static_cast<double>(id);
    set.annotations.push_back({.id = id, .image_id = 1, .category_id = 1, .box = CornerBox{left, 9, left + 25, 40}});
  }
  put_set("train", set);
  testing::internal::CaptureStderr();
  open_annotated_data(posix_fs(), config());
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("6 boxes do not fit the picture, and all boxes look like"));
  set.annotations[0].box = CornerBox{30, 9, 20, 20};
  put_set("train", set);
  testing::internal::CaptureStderr();
  open_annotated_data(posix_fs(), config());
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::Not(HasSubstr("look like")));
}

TEST_F(OpenAnnotated, OnlyAPartToMeasureOnIsNothingToLearnFrom) {
  put_part("val", {"cat"});
  EXPECT_THAT(error(config()), HasSubstr("no part to learn from; found annotations for validation"));
}

TEST_F(OpenAnnotated, ThePublishedLayoutsOfSharedDataOpen) {
  const auto folder = test::shared_path("data/detect");
  if (!folder) GTEST_SKIP() << "needs ../shared/data/detect";
  AnnotatedDataConfig data;
  data.path = *folder;
  const AnnotatedData opened = open_annotated_data(posix_fs(), data);
  EXPECT_EQ(opened.train.samples->size(), 152);
  EXPECT_EQ(opened.val->samples->size(), 46);
  EXPECT_EQ(opened.class_names.size(), 80U);
}

}  // namespace
}  // namespace itpn
