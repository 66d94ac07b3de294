#include "itpn/tasks/inspect/check_annotations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "itpn/data/datasets/synthetic_annotated.h"
#include "itpn/io/coco_json.h"
#include "itpn/io/decode_image.h"
#include "itpn/io/png_writer.h"
#include "itpn/tasks/inspect/annotation_sheet.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Two parts with a few synthetic scenes each.
class CheckAnnotations : public testing::Test {
 protected:
  CheckAnnotations() {
    make_directories(posix_fs(), directory_.file("annotations"));
    put("train", 0);
    put("val", 1);
  }
  void put(const std::string& part, uint64_t seed) {
    const SyntheticOptions options{.count = 4, .width = 96, .height = 64, .seed = seed};
    CocoSet set = synthetic_coco(options);
    make_directories(posix_fs(), directory_.file(part));
    for (CocoImage& image : set.images) {
      image.file_name = std::to_string(image.id) + ".png";
      write_file_atomically(posix_fs(), directory_.file(part + "/" + image.file_name),
                            encode_png(synthetic_scene(options, image.id - 1).image));
    }
    sets_.push_back(set);
    write_set(part, set);
  }
  void write_set(const std::string& part, const CocoSet& set) {
    write_file_atomically(posix_fs(), directory_.file("annotations/instances_" + part + ".json"), coco_text(set));
  }
  AnnotatedReport report() {
    return check_annotations({.path = directory_.path(), .threads = 2, .shows_progress = false});
  }

  const test::TemporaryDirectory directory_;
  std::vector<CocoSet> sets_;
};

TEST_F(CheckAnnotations, CountWhatIsInEachPart) {
  EXPECT_TRUE(has_annotations(posix_fs(), directory_.path()));
  EXPECT_FALSE(has_annotations(posix_fs(), directory_.file("train")));
  const AnnotatedReport found = report();
  ASSERT_EQ(found.parts.size(), 2U);
  const AnnotatedPartReport& train = found.parts[0];
  const auto objects = static_cast<int64_t>(sets_[0].annotations.size());
  EXPECT_EQ(train.images, 4);
  EXPECT_EQ(train.objects, objects);
  EXPECT_EQ(train.with_mask, objects);
  EXPECT_EQ(train.classes.size(), 10U);
  EXPECT_EQ(train.boxes.small + train.boxes.medium + train.boxes.large, objects);
  int64_t centres = 0, of_classes = 0;
  for (const auto& row : train.boxes.thirds) centres += row[0] + row[1] + row[2];
  for (const ClassObjects& own : train.classes) of_classes += own.objects;
  EXPECT_EQ(centres, objects);
  EXPECT_EQ(of_classes, objects);
  EXPECT_EQ(train.pictures.width.max, 96);
  EXPECT_TRUE(found.is_sound());
}

TEST_F(CheckAnnotations, TellFindingsWithCodeCountAndIds) {
  sets_[0].annotations[1].id = sets_[0].annotations[0].id;
  sets_[0].images[2].width = 95;
  write_set("train", sets_[0]);
  const AnnotatedReport found = report();
  EXPECT_FALSE(found.is_sound());
  const std::string text = annotated_report_table(found);
  EXPECT_THAT(text, HasSubstr("! duplicate-annotation-id: 1 annotation with an id that another one has; id 1"));
  EXPECT_THAT(text, HasSubstr("picture-size: 1 picture of another size"));
  const auto json = nlohmann::json::parse(annotated_report_json(found));
  const auto& finding = json.at("parts").at(0).at("findings").at(0);
  EXPECT_EQ(finding.at("code"), "duplicate-annotation-id");
  EXPECT_EQ(finding.at("count"), 1);
  EXPECT_EQ(finding.at("ids").at(0), 1);
}

TEST_F(CheckAnnotations, AskAboutClassesThatTrainingLacks) {
  for (CocoCategory& category : sets_[1].categories) category.name += " x";
  write_set("val", sets_[1]);
  EXPECT_THAT(report().questions,
              ElementsAre(HasSubstr("validation has objects of classes that training does not list")));
}

TEST_F(CheckAnnotations, AskAboutPicturesInTwoParts) {
  const auto tells = Contains(HasSubstr("training and validation share 1 picture: "));
  EXPECT_THAT(report().questions, Not(tells));
  CocoSet set = sets_[1];
  set.images[2].file_name = directory_.file("train/3.png");
  write_set("val", set);
  remove_if_possible(posix_fs(), directory_.file("val/3.png"));
  EXPECT_THAT(report().questions, tells);
}

TEST_F(CheckAnnotations, NameBrokenPictures) {
  write_file_atomically(posix_fs(), directory_.file("val/2.png"), std::string("no picture"));
  const AnnotatedReport found = report();
  EXPECT_FALSE(found.is_sound());
  EXPECT_THAT(annotated_report_table(found), AllOf(HasSubstr("defects: 1 not-an-image"), HasSubstr("val/2.png")));
}

TEST_F(CheckAnnotations, SheetsShowEachPartAsItIsAndAsADetectorGetsIt) {
  const std::vector<std::string> written = write_annotation_sheets(directory_.path(), directory_.file("sheets"));
  EXPECT_THAT(written, ElementsAre(directory_.file("sheets/training.png"), directory_.file("sheets/validation.png")));
  const Image sheet = decode_rgb(read_file(posix_fs(), written[0]));
  EXPECT_GT(sheet.width, 2 * 640);
  EXPECT_GT(sheet.height, 4 * 480);
  // Neither column is empty.
  const auto is_white = [&](int left) {
    for (int y = 0; y < sheet.height; ++y) {
      const uint8_t* row = sheet.row(y) + 3 * left;
      if (std::any_of(row, row + 3 * 640, [](uint8_t value) { return value != 255; })) return false;
    }
    return true;
  };
  EXPECT_FALSE(is_white(10));
  EXPECT_FALSE(is_white(660));
}

}  // namespace
}  // namespace itpn
