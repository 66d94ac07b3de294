#include "itpn/tasks/inspect/annotation_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace itpn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// One sound picture of 64 x 48 pixels with a cat and a dog.
class AnnotationFindings : public testing::Test {
 protected:
  AnnotationFindings() {
    files_.set.images = {{1, 64, 48, "a.png"}};
    files_.set.categories = {{1, "cat"}, {2, "dog"}};
    files_.paths = {"a.png"};
    add(1, {2, 3, 20, 30});
    add(2, {30, 3, 20, 30});
  }
  CocoAnnotation& add(int64_t category, const CornerBox& box) {
    const auto id = static_cast<int64_t>(files_.set.annotations.size()) + 1;
    files_.set.annotations.push_back(
        {.id = id, .image_id = 1, .category_id = category, .box = box, .area = box.area()});
    return files_.set.annotations.back();
  }
  std::vector<int64_t> ids(const std::string& code) const { return ids_in(annotation_findings(files_), code); }
  static std::vector<int64_t> ids_in(const std::vector<AnnotationFinding>& findings, const std::string& code) {
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [&](const AnnotationFinding& finding) { return finding.code == code; });
    return found == findings.end() ? std::vector<int64_t>{} : found->ids;
  }

  AnnotatedFiles files_;
};

TEST_F(AnnotationFindings, AreNoneOfASoundSet) { EXPECT_THAT(annotation_findings(files_), IsEmpty()); }

TEST_F(AnnotationFindings, NameIdsAndNamesThatOccurTwice) {
  files_.set.images.push_back({1, 64, 48, "b.png"});
  files_.set.images.push_back({3, 64, 48, "./a.png"});
  files_.paths = {"a.png", "", "a.png"};
  files_.set.categories.push_back({2, "cat"});
  add(1, {5, 30, 9, 9}).id = 2;
  EXPECT_THAT(ids("duplicate-picture-id"), ElementsAre(1));
  EXPECT_THAT(ids("duplicate-annotation-id"), ElementsAre(2));
  EXPECT_THAT(ids("duplicate-category-id"), ElementsAre(2));
  EXPECT_THAT(ids("duplicate-category-name"), ElementsAre(2));
  EXPECT_THAT(ids("picture-named-twice"), ElementsAre(3));
  EXPECT_THAT(ids("picture-missing"), ElementsAre(1));
}

TEST_F(AnnotationFindings, NameWhatPointsNowhereAndWhatNothingPointsTo) {
  add(9, {5, 30, 9, 9});
  add(1, {5, 30, 9, 9}).image_id = 77;
  files_.set.categories.push_back({5, "owl"});
  EXPECT_THAT(ids("unknown-category"), ElementsAre(3));
  EXPECT_THAT(ids("orphan-annotation"), ElementsAre(4));
  EXPECT_THAT(ids("category-without-instances"), ElementsAre(5));
}

TEST_F(AnnotationFindings, NameBoxesThatCannotBe) {
  add(1, {5, 30, 0.5, 9});
  add(1, {64, 30, 9, 9});
  add(1, {60, 40, 9, 9});
  add(1, {60, 40, 5, 9});
  add(2, {0, 0, 9, 9}).box.reset();
  EXPECT_THAT(ids("box-without-area"), ElementsAre(3));
  EXPECT_THAT(ids("box-outside"), ElementsAre(4));
  EXPECT_THAT(ids("box-partly-outside"), ElementsAre(5));
  EXPECT_THAT(ids("no-box"), ElementsAre(7));
  EXPECT_THAT(ids("box-as-corners"), IsEmpty());
}

TEST_F(AnnotationFindings, TellCornersThatAreWrittenAsCornerAndSize) {
  files_.set.annotations.clear();
  for (int i = 0; i < 6; ++i) add(1, {10.0 + 7 * i, 5, 20.0 + 7 * i, 45});
  EXPECT_THAT(ids("box-as-corners").size(), 6U);
  add(1, {10, 5, 4, 30});  // no two corners
  EXPECT_THAT(ids("box-as-corners"), IsEmpty());
}

TEST_F(AnnotationFindings, NameObjectsThatAreAnnotatedTwice) {
  add(1, {2.2, 3, 20, 30});
  add(2, {2, 3, 20, 30});
  EXPECT_THAT(ids("near-duplicate"), ElementsAre(3));
}

TEST_F(AnnotationFindings, NameMasksThatCannotBeUsed) {
  files_.set.annotations[0].mask = encode_bitmap(Bitmap(64, 48));
  files_.set.annotations[1].mask = std::vector<Polygon>{{1, 2, 3, 4}};
  add(1, {5, 30, 9, 9});
  EXPECT_THAT(ids("mask-of-other-size"), ElementsAre(1));
  EXPECT_THAT(ids("outline-unusable"), ElementsAre(2));
  EXPECT_THAT(ids("no-mask"), ElementsAre(3));
}

TEST_F(AnnotationFindings, TellWhetherTurnsByExifConcernTheBoxes) {
  CocoSet set;
  std::vector<PictureFinding> pictures;
  const auto add_picture = [&](int64_t id, int width, int height, int orientation) {
    set.images.push_back({id, 64, 48, ""});
    ImageInfo info;
    info.width = width;
    info.height = height;
    info.orientation = orientation;
    pictures.push_back({info, 0, "", ""});
  };
  add_picture(1, 64, 48, 1);
  add_picture(2, 64, 48, 6);
  add_picture(3, 48, 64, 8);
  add_picture(4, 64, 48, 3);
  add_picture(5, 48, 64, 1);
  add_picture(6, 64, 47, 6);
  const std::vector<AnnotationFinding> findings = size_findings(set, pictures);
  EXPECT_THAT(ids_in(findings, "exif-as-stored"), ElementsAre(2));
  EXPECT_THAT(ids_in(findings, "exif-turned"), ElementsAre(3));
  EXPECT_THAT(ids_in(findings, "exif-unclear"), ElementsAre(4));
  EXPECT_THAT(ids_in(findings, "picture-size"), ElementsAre(5, 6));
}

}  // namespace
}  // namespace itpn
