#include "itpn/data/datasets/annotation_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class AnnotationParts : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text = "{}") {
    std::filesystem::create_directories(parent_path(directory_.file(name)));
    write_file_atomically(posix_fs(), directory_.file(name), text);
  }
  void make_folder(const std::string& name) { std::filesystem::create_directories(directory_.file(name)); }
  AnnotatedParts find(const std::string& form = "auto") { return find_parts(posix_fs(), directory_.path(), form); }
  // "FORM ANNOTATIONS PICTURES LIST" below the folder; "none".
  std::string told(const std::optional<AnnotatedPart>& part) const {
    if (!part) return "none";
    const auto below = [&](const std::string& path) {
      return path == directory_.path() ? "." : path.empty() ? "-" : path.substr(directory_.path().size() + 1);
    };
    return std::string(form_name(part->form)) + " " + below(part->annotations) + " " + below(part->pictures) +
           (part->list.empty() ? "" : " " + below(part->list));
  }
  std::string error(const std::string& path = "") {
    return test::error_of(ExitCode::kData,
                          [&] { need_parts(posix_fs(), path.empty() ? directory_.path() : directory_.file(path)); });
  }

  const test::TemporaryDirectory directory_;
};

TEST_F(AnnotationParts, KnowPartsByWords) {
  for (const char* name : {"train", "instances_train2017", "Training", "trainval"}) {
    EXPECT_EQ(split_of(name), Split::kTrain) << name;
  }
  for (const char* name : {"val", "valid", "instances_val2017"}) EXPECT_EQ(split_of(name), Split::kVal) << name;
  EXPECT_EQ(split_of("test"), Split::kTest);
  for (const char* name : {"instances_default", "interval", "trains", ""})
    EXPECT_EQ(split_of(name), Split::kAll) << name;
}

TEST_F(AnnotationParts, OfCocoAreFoundWithTheirPictures) {
  for (const char* name :
       {"instances_train2017", "instances_val2017", "captions_train2017", "person_keypoints_val2017"})
    put("annotations/" + std::string(name) + ".json");
  make_folder("train2017");
  make_folder("images/val2017");
  const AnnotatedParts parts = find();
  EXPECT_EQ(told(parts.train), "coco annotations/instances_train2017.json train2017");
  EXPECT_EQ(told(parts.val), "coco annotations/instances_val2017.json images/val2017");
  EXPECT_EQ(told(parts.all), "none");
}

TEST_F(AnnotationParts, OfCocoTakeAFolderCalledAsThePart) {
  put("annotations/train.json");
  put("annotations/val.json");
  make_folder("train");
  make_folder("val");
  EXPECT_EQ(told(find().train), "coco annotations/train.json train");
  EXPECT_EQ(told(find().val), "coco annotations/val.json val");
}

TEST_F(AnnotationParts, OfRoboflowLieBesideTheirPictures) {
  for (const char* name : {"train", "valid", "test"}) put(std::string(name) + "/_annotations.coco.json");
  const AnnotatedParts parts = find();
  EXPECT_EQ(told(parts.train), "coco train/_annotations.coco.json train");
  EXPECT_EQ(told(parts.val), "coco valid/_annotations.coco.json valid");
  EXPECT_EQ(told(parts.test), "coco test/_annotations.coco.json test");
}

TEST_F(AnnotationParts, OtherFilesBesidePicturesAreNone) {
  put("train/cat/1.png");
  put("train/labels.json");
  put("info.json");
  put("list.txt", "a.png 0\n");
  EXPECT_TRUE(find().is_empty());
  EXPECT_TRUE(find_parts(posix_fs(), directory_.file("list.txt")).is_empty());
}

TEST_F(AnnotationParts, OfCvatAreOneWhole) {
  put("annotations/instances_default.json");
  make_folder("images");
  EXPECT_EQ(told(find().all), "coco annotations/instances_default.json images");
  make_folder("images/default");
  EXPECT_EQ(told(find().all), "coco annotations/instances_default.json images/default");
}

TEST_F(AnnotationParts, OfLabelStudioAreOneWhole) {
  put("result.json");
  make_folder("images");
  EXPECT_EQ(told(find().all), "coco result.json images");
}

TEST_F(AnnotationParts, OfYoloAreThoseOfItsDescription) {
  put("data.yaml", "train: images/train\nval: images/val\nnames: [a]\n");
  put("other.yaml", "x: y\n");
  const AnnotatedParts parts = find();
  EXPECT_EQ(told(parts.train), "yolo data.yaml .");
  EXPECT_EQ(told(parts.val), "yolo data.yaml .");
  EXPECT_EQ(told(parts.test), "none");
  EXPECT_EQ(told(find_parts(posix_fs(), directory_.file("data.yaml")).train), "yolo data.yaml .");
}

TEST_F(AnnotationParts, OfYoloWithoutADescriptionNeedNames) {
  make_folder("labels");
  make_folder("images");
  EXPECT_TRUE(find().is_empty());
  put("classes.txt", "cat\n");
  EXPECT_EQ(told(find().all), "yolo classes.txt .");
}

TEST_F(AnnotationParts, ADescriptionOfSomethingElseIsNone) {
  put("conda.yaml", "dependencies: [x]\n");
  EXPECT_TRUE(find().is_empty());
}

TEST_F(AnnotationParts, OfVocAreThoseOfImageSets) {
  put("VOCdevkit/VOC2007/Annotations/1.xml");
  make_folder("VOCdevkit/VOC2007/JPEGImages");
  const std::string root = "VOCdevkit/VOC2007";
  EXPECT_EQ(told(find().all), "voc " + root + "/Annotations " + root + "/JPEGImages");
  for (const char* name : {"train", "val", "trainval", "dog_train"})
    put(root + "/ImageSets/Main/" + name + ".txt", "1\n");
  const AnnotatedParts parts = find();
  EXPECT_EQ(told(parts.train),
            "voc " + root + "/Annotations " + root + "/JPEGImages " + root + "/ImageSets/Main/train.txt");
  EXPECT_EQ(told(parts.val),
            "voc " + root + "/Annotations " + root + "/JPEGImages " + root + "/ImageSets/Main/val.txt");
}

TEST_F(AnnotationParts, OfVocMayLieBesideThePictures) {
  put("train/1.xml");
  put("valid/2.xml");
  EXPECT_EQ(told(find().train), "voc train train");
  EXPECT_EQ(told(find().val), "voc valid valid");
  EXPECT_EQ(find_parts(posix_fs(), directory_.path() + "//").val->pictures, directory_.file("valid"));
}

TEST_F(AnnotationParts, AreOfTheFormThatIsAskedFor) {
  put("annotations/instances_train.json");
  put("data.yaml", "train: images\nnames: [a]\n");
  EXPECT_EQ(told(find().train), "coco annotations/instances_train.json .");
  EXPECT_EQ(told(find("yolo").train), "yolo data.yaml .");
  EXPECT_TRUE(find("voc").is_empty());
}

TEST_F(AnnotationParts, SayWhatTheyLookedFor) {
  put("cat/1.png");
  EXPECT_THAT(error(), AllOf(HasSubstr("no annotations of objects"), HasSubstr("instances_*.json"),
                             HasSubstr("data.yaml"), HasSubstr("Annotations/*.xml")));
  EXPECT_THAT(error("nothing"), HasSubstr("no such folder or file"));
  put("x.zip", "PK\x03\x04");
  EXPECT_THAT(error("x.zip"), HasSubstr("which does not describe objects"));
}

TEST_F(AnnotationParts, SeveralFilesForOnePurposeAreNotChosenFrom) {
  put("annotations/instances_train2014.json");
  put("annotations/instances_train2017.json");
  EXPECT_THAT(error(), AllOf(HasSubstr("instances_train2014.json and"), HasSubstr("for training"),
                             HasSubstr("data.annotations")));
}

TEST_F(AnnotationParts, ANamedFileFindsItsPicturesOrTakesThoseGiven) {
  put("annotations/instances_val.json");
  make_folder("val");
  const std::string file = directory_.file("annotations/instances_val.json");
  EXPECT_EQ(told(part_of_file(posix_fs(), file, "")), "coco annotations/instances_val.json val");
  EXPECT_EQ(told(part_of_file(posix_fs(), file, directory_.path())), "coco annotations/instances_val.json .");
  EXPECT_THAT(test::error_of(ExitCode::kData, [&] { part_of_file(posix_fs(), directory_.file("no.json"), ""); }),
              HasSubstr("no such file of annotations"));
}

}  // namespace
}  // namespace itpn
