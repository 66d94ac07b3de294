#include "itpn/data/datasets/annotated_files.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "itpn/data/datasets/picture_finder.h"
#include "itpn/io/coco_json.h"
#include "itpn/io/png_writer.h"
#include "tests/support/error_of.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using testing::AllOf;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

// Two classes and three pictures, of which the last has no object; one object has an outline.
class AnnotatedFilesTest : public testing::Test {
 protected:
  AnnotatedFilesTest() {
    set_.categories = {{7, "dog"}, {3, "person"}};
    set_.images = {{4, 64, 48, "a.png"}, {9, 40, 80, "b.png"}, {11, 64, 48, "c.png"}};
    add(4, 3, {2, 3, 10, 12});
    add(4, 7, {20, 4, 30, 40});
    add(9, 7, {1.5, 8, 16, 32.25});
    set_.annotations[1].mask = std::vector<Polygon>{{20, 4, 50, 4, 50, 44, 20, 44}};
  }
  void add(int64_t image, int64_t category, const CornerBox& box) {
    set_.annotations.push_back({.id = static_cast<int64_t>(set_.annotations.size()) + 1,
                                .image_id = image,
                                .category_id = category,
                                .box = box,
                                .area = box.area()});
  }
  void put(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(parent_path(directory_.file(name)));
    write_file_atomically(posix_fs(), directory_.file(name), text);
  }
  void put_pictures(const std::string& folder) {
    std::filesystem::create_directories(directory_.file(folder));
    for (const CocoImage& image : set_.images) {
      write_file_atomically(posix_fs(), directory_.file(folder + "/" + image.file_name),
                            encode_png(Image(static_cast<int>(image.width), static_cast<int>(image.height), 3)));
    }
  }
  AnnotatedFiles read() {
    const AnnotatedParts parts = need_parts(posix_fs(), directory_.path());
    return read_annotated(posix_fs(), parts.train ? *parts.train : *parts.all);
  }
  std::string error() {
    return test::error_of(ExitCode::kData, [&] { read(); });
  }
  // Picture, class, box of each object, in an order that does not depend on the form.
  static std::vector<std::string> told(const CocoSet& set) {
    std::vector<std::string> objects;
    for (const CocoAnnotation& annotation : set.annotations) {
      const auto image = std::find_if(set.images.begin(), set.images.end(),
                                      [&](const CocoImage& other) { return other.id == annotation.image_id; });
      const auto category = std::find_if(set.categories.begin(), set.categories.end(),
                                         [&](const CocoCategory& other) { return other.id == annotation.category_id; });
      const CornerBox& box = *annotation.box;
      const std::filesystem::path path(image->file_name);
      objects.push_back(fmt::format("{} {}x{} {}: {:.6f} {:.6f} {:.6f} {:.6f} area {:.4f} mask {}",
                                    path.filename().string(), image->width, image->height, category->name, box.x, box.y,
                                    box.width, box.height, area_of(annotation), has_mask(annotation.mask)));
    }
    std::sort(objects.begin(), objects.end());
    return objects;
  }
  void put_yolo() {
    put("data.yaml", "train: ../train/images\nnames:\n  0: dog\n  1: person\n");
    put_pictures("train/images");
    for (const CocoImage& image : set_.images) {
      std::string text;
      for (const CocoAnnotation& annotation : set_.annotations) {
        if (annotation.image_id != image.id) continue;
        text += annotation.category_id == 7 ? "0" : "1";
        const auto w = static_cast<double>(image.width), h = static_cast<double>(image.height);
        const CornerBox& box = *annotation.box;
        if (const auto* outlines = std::get_if<std::vector<Polygon>>(&annotation.mask)) {
          for (size_t i = 0; i < outlines->front().size(); ++i)
            text += fmt::format(" {:.17g}", outlines->front()[i] / (i % 2 == 0 ? w : h));
        } else {
          text += fmt::format(" {:.17g} {:.17g} {:.17g} {:.17g}", (box.x + box.width / 2) / w,
                              (box.y + box.height / 2) / h, box.width / w, box.height / h);
        }
        text += "\n";
      }
      if (!text.empty()) put("train/labels/" + image.file_name.substr(0, 1) + ".txt", text);
    }
  }
  void put_voc() {
    put_pictures("JPEGImages");
    for (const CocoImage& image : set_.images) {
      std::string text =
          fmt::format("<annotation><filename>renamed.jpg</filename><size><width>{}</width><height>{}</height></size>",
                      image.width, image.height);
      for (const CocoAnnotation& annotation : set_.annotations) {
        if (annotation.image_id != image.id) continue;
        const CornerBox& box = *annotation.box;
        text += fmt::format(
            "<object><name>{}</name><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox>"
            "</object>",
            annotation.category_id == 7 ? "dog" : "person", box.x, box.y, box.x + box.width, box.y + box.height);
      }
      put("Annotations/" + image.file_name.substr(0, 1) + ".xml", text + "</annotation>");
    }
  }

  const test::TemporaryDirectory directory_;
  CocoSet set_;
};

TEST_F(AnnotatedFilesTest, AYoloCopyOfACocoSetHasTheSameObjects) {
  put_yolo();
  const AnnotatedFiles files = read();
  EXPECT_EQ(told(files.set), told(set_));
  ASSERT_EQ(files.set.images.size(), 3U);
  EXPECT_EQ(files.set.images[0].file_name, "train/images/a.png");
  EXPECT_EQ(files.set.images[0].id, 1);
  EXPECT_EQ(files.set.annotations[0].id, 1);
  EXPECT_EQ(files.set.categories[0], (CocoCategory{1, "dog"}));
  EXPECT_THAT(files.remarks, ElementsAre("1 picture has no text of labels"));
}

TEST_F(AnnotatedFilesTest, AVocCopyOfACocoSetHasTheSameBoxes) {
  put_voc();
  set_.annotations[1].mask = {};
  const AnnotatedFiles files = read();
  EXPECT_EQ(told(files.set), told(set_));
  EXPECT_EQ(files.set.images[0].file_name, "a.png");
  EXPECT_EQ(files.paths[0], directory_.file("JPEGImages/a.png"));
}

TEST_F(AnnotatedFilesTest, SizesThatAreNotToldAreThoseOfThePictures) {
  for (CocoImage& image : set_.images) image.width = image.height = 0;
  put("annotations/instances_train.json", coco_text(set_));
  std::filesystem::create_directories(directory_.file("train"));
  write_file_atomically(posix_fs(), directory_.file("train/a.png"), encode_png(Image(33, 44, 3)));
  const std::string sideways = test::source_path("src/itpn/io/testdata/images/orientation_6.jpg");
  const std::string upright = test::source_path("src/itpn/io/testdata/images/orientation_1.jpg");
  std::filesystem::copy_file(sideways, directory_.file("train/b.png"));
  std::filesystem::copy_file(upright, directory_.file("train/c.png"));
  const AnnotatedFiles files = read();
  EXPECT_EQ(files.set.images[0].width, 33);
  EXPECT_EQ(files.set.images[0].height, 44);
  EXPECT_NE(files.set.images[1].width, files.set.images[1].height);
  EXPECT_EQ(files.set.images[1].width, files.set.images[2].height);
}

TEST_F(AnnotatedFilesTest, AUselessTwinOfACategoryGoes) {
  set_.categories.insert(set_.categories.begin(), {0, "dog"});
  put("annotations/instances_train.json", coco_text(set_));
  const AnnotatedFiles files = read();
  EXPECT_THAT(files.set.categories, ElementsAre(CocoCategory{7, "dog"}, CocoCategory{3, "person"}));
  EXPECT_THAT(files.remarks, ElementsAre(HasSubstr("category dog is listed 2 times")));
  set_.annotations[0].category_id = 0;
  put("annotations/instances_train.json", coco_text(set_));
  EXPECT_THAT(error(), HasSubstr("2 categories are called dog"));
}

TEST_F(AnnotatedFilesTest, RunsOfAnotherSizeAreAnErrorThatNamesThem) {
  set_.annotations[2].mask = encode_bitmap(Bitmap(48, 64));
  put("annotations/instances_train.json", coco_text(set_));
  EXPECT_THAT(error(), AllOf(HasSubstr("1 mask is of another size than the picture"),
                             HasSubstr("annotation 3 (64 x 48 on a picture of 40 x 80)")));
}

TEST_F(AnnotatedFilesTest, OutlinesThatAreNoneLeaveTheBox) {
  set_.annotations[0].mask = std::vector<Polygon>{{1, 2, 3, 4}};
  set_.annotations[1].mask = std::vector<Polygon>{{1, 2, 3, 4, 1e9, 2}};
  put("annotations/instances_train.json", coco_text(set_));
  const AnnotatedFiles files = read();
  EXPECT_FALSE(has_mask(files.set.annotations[0].mask));
  EXPECT_FALSE(has_mask(files.set.annotations[1].mask));
  EXPECT_THAT(files.remarks, ElementsAre(HasSubstr("2 outlines of less than three points or far outside")));
}

TEST_F(AnnotatedFilesTest, ADamagedFileIsNamedWithLineAndColumn) {
  put("annotations/instances_train.json", "{\"images\": [],\n  \"annotations\": [}\n");
  EXPECT_THAT(error(), HasSubstr("instances_train.json, line 2, column 19"));
}

// Most of it is a hole, which takes no room on the disk.
TEST_F(AnnotatedFilesTest, AFileThatIsLargerThanTheMemoryIsNotRead) {
  put("annotations/instances_train.json", "{}");
  std::filesystem::resize_file(directory_.file("annotations/instances_train.json"), uint64_t{1} << 42);
  EXPECT_THAT(error(), AllOf(HasSubstr("instances_train.json: 4194304 MB"), HasSubstr("as much memory")));
}

TEST_F(AnnotatedFilesTest, LabelsOfAClassWithoutANameAreNamed) {
  put_yolo();
  put("train/labels/b.txt", "2 0.5 0.5 0.1 0.1\n");
  EXPECT_THAT(error(), AllOf(HasSubstr("labels/b.txt"), HasSubstr("class 2, but there are names for 2 classes")));
}

TEST_F(AnnotatedFilesTest, AFolderThatADescriptionNamesAndIsNotThereIsNamedWithWhereItWasLookedFor) {
  put("data.yaml", "path: sets\ntrain: images/train\nnames: [a]\n");
  EXPECT_THAT(error(), AllOf(HasSubstr("images/train is not there"), HasSubstr("sets/images/train")));
}

TEST_F(AnnotatedFilesTest, AListOfYoloNamesItsPictures) {
  put_yolo();
  put("data.yaml", "train: train.txt\nnames: [dog, person]\n");
  put("train.txt", "./train/images/b.png\r\n");
  const AnnotatedFiles files = read();
  ASSERT_EQ(files.set.images.size(), 1U);
  EXPECT_EQ(files.set.annotations.size(), 1U);
}

TEST_F(AnnotatedFilesTest, APictureThatCannotBeReadComesWithoutItsObjects) {
  put_yolo();
  put("train/images/b.png", "no picture");
  const AnnotatedFiles files = read();
  EXPECT_EQ(files.set.images[1].width, 0);
  EXPECT_EQ(files.set.annotations.size(), 2U);
}

TEST_F(AnnotatedFilesTest, DifficultObjectsOfVocAreCrowds) {
  put_voc();
  put("Annotations/c.xml",
      "<annotation><object><name>cat</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax>"
      "<ymax>4</ymax></bndbox></object></annotation>");
  const AnnotatedFiles files = read();
  EXPECT_TRUE(files.set.annotations.back().is_crowd);
  EXPECT_EQ(files.set.categories[0].name, "cat");
  EXPECT_EQ(files.set.images[2].width, 64);
}

TEST_F(AnnotatedFilesTest, NamesInAListOfVocNeedTheirFile) {
  put_voc();
  put("ImageSets/Main/train.txt", "a\nzz  1\n");
  EXPECT_THAT(error(), AllOf(HasSubstr("train.txt: 1 picture has no XML file"), HasSubstr("zz")));
  put("ImageSets/Main/train.txt", "b 1\r\n");
  EXPECT_EQ(read().set.images.size(), 1U);
}

}  // namespace
}  // namespace itpn
