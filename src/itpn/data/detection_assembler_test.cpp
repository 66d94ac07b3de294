#include "itpn/data/detection_assembler.h"

#include <gtest/gtest.h>

#include "itpn/core/log.h"
#include "itpn/data/batch_loader.h"

namespace itpn {
namespace {

// Pictures in memory: every third is high, each with one object in the lower right quarter that has a mask.
class SmallPictures : public AnnotatedDataset {
 public:
  SmallPictures() {
    class_names_ = {"thing"};
    for (int64_t i = 0; i < 20; ++i) {
      const bool is_high = i % 3 == 0;
      images_.push_back({100 + i, is_high ? 40 : 60 + i, is_high ? 60 : 40, "p"});
      const CornerBox box{20, 20, 10, 8};
      Instances truth;
      truth.boxes = {corners_of(box)};
      truth.labels = {0};
      truth.masks = {rasterise_box(box, images_.back().height, images_.back().width)};
      truths_.push_back(truth);
    }
  }
  int64_t size() const override { return 20; }
  std::string name(int64_t index) const override { return "picture " + std::to_string(index); }
  void read(int64_t index, StoredPicture& into) const override {
    if (index == bad) throw SampleError("missing", "it is gone");
    into.image = Image(static_cast<int>(image(index).width), static_cast<int>(image(index).height), 3);
    for (size_t i = 0; i < into.image.pixels.size(); ++i)
      into.image.pixels[i] = static_cast<uint8_t>(1 + (i + index) % 250);
  }
  const CocoImage& image(int64_t index) const override { return images_[static_cast<size_t>(index)]; }
  const Instances& truth(int64_t index) const override { return truths_[static_cast<size_t>(index)]; }

  int64_t bad = -1;

 private:
  std::vector<CocoImage> images_;
  std::vector<Instances> truths_;
};

DetectionAssemblerConfig small_config() {
  DetectionAssemblerConfig config;
  config.transform = {
      .short_sides = {40, 56}, .longest_side = 90, .crop_short_sides = {36}, .smallest_crop = 24, .largest_crop = 36};
  config.test_short_side = 40;
  return config;
}

LoaderConfig loader_config(const AnnotatedDataset& dataset, int64_t threads) {
  LoaderConfig config;
  config.batch_size = 2;
  config.global_batch_size = 4;
  config.seed = 5;
  config.threads = threads;
  config.bad.max_fraction = 0.5;
  config.groups = std::make_shared<SampleGroups>(orientations(dataset));
  return config;
}

using Batches = BatchLoader<DetectionAssembler>;

TEST(DetectionAssembler, PadsTheBatchToItsLargestPictureWithZeros) {
  const auto dataset = std::make_shared<SmallPictures>();
  Batches loader(DetectionAssembler(dataset, small_config()), loader_config(*dataset, 2));
  for (int i = 0; i < 20; ++i) {
    DetectionBatch batch = *loader.next();
    ASSERT_EQ(batch.pictures.size(), 2U);
    EXPECT_EQ(batch.height, std::max(batch.pictures[0].padded_height, batch.pictures[1].padded_height));
    EXPECT_EQ(batch.width % 32, 0);
    for (size_t place = 0; place < 2; ++place) {
      const DetectionPicture& picture = batch.pictures[place];
      for (int64_t y = 0; y < batch.height; ++y) {
        for (int64_t x = 0; x < batch.width; ++x) {
          const bool is_inside = y < picture.height && x < picture.width;
          const size_t pixel =
              ((place * static_cast<size_t>(batch.height) + static_cast<size_t>(y)) * static_cast<size_t>(batch.width) +
               static_cast<size_t>(x)) *
              3;
          ASSERT_EQ(batch.pixels[pixel] > 0, is_inside);
        }
      }
      for (const Segmentation& mask : picture.instances.masks) {
        EXPECT_EQ(std::get<Bitmap>(mask).height, picture.height);
        EXPECT_EQ(std::get<Bitmap>(mask).width, picture.width);
      }
    }
    loader.recycle(std::move(batch));
  }
}

TEST(DetectionAssembler, MixesNoOrientationsAndReplacesABadPictureByOneOfItsOwn) {
  log::set_level(log::Level::kError);
  const auto dataset = std::make_shared<SmallPictures>();
  dataset->bad = 3;
  Batches loader(DetectionAssembler(dataset, small_config()), loader_config(*dataset, 2));
  for (int i = 0; i < 40; ++i) {
    const DetectionBatch batch = *loader.next();
    const auto is_high = [&](size_t place) {
      return batch.pictures[place].original_height > batch.pictures[place].original_width;
    };
    EXPECT_EQ(is_high(0), is_high(1));
    for (size_t place = 0; place < 2; ++place) EXPECT_EQ(batch.pictures[place].image_id, 100 + batch.indices[place]);
  }
  EXPECT_EQ(loader.bad_samples().total(), 1);
  log::set_level(log::Level::kInfo);
}

TEST(DetectionAssembler, BatchesDoNotDependOnThreads) {
  const auto dataset = std::make_shared<SmallPictures>();
  Batches alone(DetectionAssembler(dataset, small_config()), loader_config(*dataset, 0));
  Batches several(DetectionAssembler(dataset, small_config()), loader_config(*dataset, 3));
  for (int i = 0; i < 30; ++i) {
    const DetectionBatch a = *alone.next(), b = *several.next();
    EXPECT_EQ(a.positions, b.positions);
    EXPECT_EQ(a.pixels, b.pixels);
    for (size_t place = 0; place < 2; ++place) {
      EXPECT_EQ(a.pictures[place].instances.boxes, b.pictures[place].instances.boxes);
      EXPECT_EQ(a.pictures[place].instances.masks, b.pictures[place].instances.masks);
      EXPECT_EQ(a.pictures[place].is_mirrored, b.pictures[place].is_mirrored);
    }
  }
}

TEST(DetectionAssembler, ATestShowsEachPictureOnceUnmirroredAtTheTestSize) {
  const auto dataset = std::make_shared<SmallPictures>();
  DetectionAssemblerConfig config = small_config();
  config.is_for_training = false;
  LoaderConfig order;
  order.batch_size = 1;
  order.is_shuffled = false;
  Batches loader(DetectionAssembler(dataset, config), order);
  int64_t seen = 0;
  while (const auto batch = loader.next()) {
    const DetectionPicture& picture = batch->pictures.at(0);
    EXPECT_EQ(picture.image_id, 100 + seen++);
    EXPECT_FALSE(picture.is_mirrored);
    EXPECT_EQ(std::min(picture.height, picture.width), 40);
    EXPECT_EQ(picture.instances.count(), 1);
  }
  EXPECT_EQ(seen, 20);
}

}  // namespace
}  // namespace itpn
