#include "itpn/data/datasets/annotated_dataset.h"

#include <gtest/gtest.h>

#include "itpn/data/datasets/synthetic_annotated.h"

namespace itpn {
namespace {

// Pictures that nobody reads, with whatever objects a test gives them.
class ToldDataset : public AnnotatedDataset {
 public:
  int64_t size() const override { return static_cast<int64_t>(images.size()); }
  std::string name(int64_t index) const override { return folder + image(index).file_name; }
  void read(int64_t, StoredPicture&) const override {}
  const CocoImage& image(int64_t index) const override { return images.at(static_cast<size_t>(index)); }
  const Instances& truth(int64_t index) const override { return objects.at(static_cast<size_t>(index)); }

  std::string folder;
  std::vector<CocoImage> images;
  std::vector<Instances> objects;
};

ToldDataset two_pictures() {
  ToldDataset set;
  set.folder = "here/";
  set.images = {{7, 64, 48, "a.png"}, {9, 64, 48, "b.png"}};
  set.objects.resize(2);
  set.objects[0].boxes = {{1, 2, 3, 4}, {5, 6, 7, 8}};
  set.objects[0].labels = {0, 1};
  set.objects[0].masks = {std::vector<Polygon>{{1, 2, 3, 2, 3, 4}}, {}};
  return set;
}

TEST(AnnotatedFingerprint, CountsPicturesAndDoesNotDependOnWhereTheyLie) {
  ToldDataset set = two_pictures();
  const DatasetFingerprint before = fingerprint(set);
  EXPECT_EQ(before.count, 2);
  set.folder = "/elsewhere/";
  EXPECT_EQ(fingerprint(set), before);
}

TEST(AnnotatedFingerprint, DiffersWithEachThingThatTrainingSees) {
  const DatasetFingerprint before = fingerprint(two_pictures());
  const auto changed = [&](auto change) {
    ToldDataset set = two_pictures();
    change(set);
    return fingerprint(set) != before;
  };
  EXPECT_TRUE(changed([](ToldDataset& set) { set.images[1].file_name = "c.png"; }));
  EXPECT_TRUE(changed([](ToldDataset& set) { set.images[1].width = 65; }));
  EXPECT_TRUE(changed([](ToldDataset& set) { set.objects[0].labels[1] = 2; }));
  EXPECT_TRUE(changed([](ToldDataset& set) { set.objects[0].boxes[1].x2 = 7.5F; }));
  EXPECT_TRUE(changed([](ToldDataset& set) { set.objects[0].masks[0] = std::vector<Polygon>{{1, 2, 3, 2, 3, 5}}; }));
  EXPECT_TRUE(changed([](ToldDataset& set) { set.objects[0].masks.clear(); }));
  EXPECT_TRUE(changed([](ToldDataset& set) { std::swap(set.objects[0], set.objects[1]); }));
  EXPECT_TRUE(changed([](ToldDataset& set) {
    set.objects[0].boxes.pop_back();
    set.objects[0].labels.pop_back();
    set.objects[0].masks.pop_back();
  }));
  EXPECT_FALSE(changed([](ToldDataset&) {}));
}

TEST(SyntheticAnnotated, MasksLieInTheirBoxesAndAnswerThePicture) {
  const SyntheticOptions options{.count = 12, .width = 96, .height = 80};
  const CocoSet set = synthetic_coco(options);
  const SyntheticAnnotated dataset(options, set);
  ASSERT_EQ(dataset.size(), 12);
  EXPECT_EQ(set.images.front().id, 1);
  EXPECT_EQ(set.annotations.front().id, 1);
  EXPECT_EQ(set.categories.front().id, 1);
  EXPECT_EQ(dataset.class_names(), synthetic_class_names());
  for (const CocoAnnotation& annotation : set.annotations) {
    const Rle runs = to_rle(annotation.mask, 80, 96);
    EXPECT_EQ(rle_box(runs), annotation.box);
    EXPECT_EQ(annotation.area, static_cast<double>(rle_area(runs)));
    EXPECT_EQ(annotation.is_crowd, false);
  }
}

TEST(SyntheticAnnotated, EachPictureHasItsLargestShapeAsAnObject) {
  const SyntheticOptions options{.count = 12, .width = 96, .height = 80};
  const SyntheticAnnotated dataset(options, synthetic_coco(options));
  StoredPicture picture;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const Instances& truth = dataset.truth(i);
    ASSERT_GE(truth.count(), 1);
    EXPECT_EQ(truth.labels.back(), synthetic_label(options, i));
    EXPECT_EQ(truth.masks.size(), truth.boxes.size());
    dataset.read(i, picture);
    EXPECT_EQ(decode_annotated(picture, dataset.image(i)).pixels, synthetic_scene(options, i).image.pixels);
  }
}

}  // namespace
}  // namespace itpn
