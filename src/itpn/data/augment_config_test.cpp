#include "itpn/data/augment_config.h"

#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "itpn/core/sha256.h"
#include "itpn/data/datasets/synthetic_dataset.h"
#include "itpn/data/loader.h"
#include "itpn/data/transforms/finetune_transform.h"

namespace itpn {
namespace {

std::shared_ptr<const Dataset> sound_set() {
  return std::make_shared<SyntheticDataset>(
      SyntheticOptions{.count = 50, .width = 40, .height = 36, .max_objects = 2, .seed = 1});
}

// Everything that fine-tuning does, erasing more often than by default.
std::shared_ptr<const PictureTransform> everything() {
  DataConfig data = classification_data();
  data.image_size = 32;
  AugmentConfig augment;
  augment.interpolation = "random";
  augment.erase_probability = 0.5;
  augment.erase_count = 3;
  return make_training_transform(data, augment);
}

LoaderConfig sound_config(int64_t threads) {
  LoaderConfig config;
  config.batch_size = 4;
  config.global_batch_size = 8;
  config.seed = 7;
  config.threads = threads;
  return config;
}

std::string hash_with_erasing(Loader& loader, int batches) {
  Sha256 hash;
  for (int i = 0; i < batches; ++i) {
    const HostBatch batch = *loader.next();
    hash.update(std::as_bytes(std::span(batch.pixels)));
    hash.update(std::as_bytes(std::span(batch.labels)));
    for (const EraseBox& box : batch.erased) {
      const uint64_t values[] = {static_cast<uint64_t>(box.image), static_cast<uint64_t>(box.top),
                                 static_cast<uint64_t>(box.left),  static_cast<uint64_t>(box.height),
                                 static_cast<uint64_t>(box.width), box.noise_key};
      hash.update(std::as_bytes(std::span(values)));
    }
  }
  return hash.hex();
}

TEST(FinetuneTransform, SamplesDoNotDependOnThreads) {
  Loader reference(sound_set(), everything(), sound_config(0));
  const std::string expected = hash_with_erasing(reference, 30);  // more than two epochs
  for (const int64_t threads : {1, 2, 4}) {
    Loader loader(sound_set(), everything(), sound_config(threads));
    EXPECT_EQ(hash_with_erasing(loader, 30), expected) << threads << " threads";
  }
}

TEST(FinetuneTransform, ResumingAtAnyPositionGivesTheSameSamples) {
  for (int stop = 1; stop < 26; stop += 4) {
    Loader whole(sound_set(), everything(), sound_config(2));
    hash_with_erasing(whole, stop);
    Loader resumed(sound_set(), everything(), sound_config(1), whole.position());
    EXPECT_EQ(hash_with_erasing(resumed, 10), hash_with_erasing(whole, 10)) << stop;
  }
}

TEST(FinetuneTransform, BoxesBelongToTheirPicturesAndRecycledBatchesKeepNone) {
  Loader loader(sound_set(), everything(), sound_config(0));
  int boxes = 0;
  for (int i = 0; i < 30; ++i) {
    HostBatch batch = *loader.next();
    int64_t last = 0;
    for (const EraseBox& box : batch.erased) {
      EXPECT_GE(box.image, last);
      EXPECT_LT(box.image, batch.count);
      EXPECT_GE(box.top, 0);
      EXPECT_GE(box.left, 0);
      EXPECT_LE(box.top + box.height, 32);
      EXPECT_LE(box.left + box.width, 32);
      last = box.image;
      ++boxes;
    }
    loader.recycle(std::move(batch));
  }
  // 120 pictures, half of them erased, 2 boxes each on average; five standard deviations of the sum are about 66.
  EXPECT_NEAR(boxes, 120, 66);
}

TEST(FinetuneTransform, ErasesTheAskedShareOfThePictures) {
  FinetuneOptions options;
  options.erasing.probability = 0.25;
  const FinetuneTransform transform(options);
  int erased = 0;
  for (uint64_t i = 0; i < 4000; ++i) {
    RandomStream draws(1, Purpose::kAugmentation, 0, i);
    erased += !transform.choose_erased(draws).empty();
  }
  EXPECT_NEAR(erased, 1000, 5 * 27.4);  // five standard deviations
}

TEST(FinetuneTransform, WithoutAugmentationItShowsWhatPreTrainingShows) {
  FinetuneOptions options;
  options.crop = CropRange{};
  const FinetuneTransform finetune(options);
  const TrainTransform train(224, 224, CropRange{}, 0.5);
  for (uint64_t i = 0; i < 50; ++i) {
    RandomStream draws(1, Purpose::kAugmentation, 0, i), same = draws;
    const PictureView a = finetune.choose(500, 375, draws), b = train.choose(500, 375, same);
    EXPECT_EQ(a.box.left, b.box.left);
    EXPECT_EQ(a.box.width, b.box.width);
    EXPECT_EQ(a.job.is_mirrored, b.job.is_mirrored);
    EXPECT_TRUE(finetune.choose_erased(draws).empty());
  }
}

TEST(FinetuneTransform, ARandomFilterIsBilinearForHalfOfThePictures) {
  FinetuneOptions options;
  options.has_random_filter = true;
  const FinetuneTransform transform(options);
  int bilinear = 0;
  for (uint64_t i = 0; i < 2000; ++i) {
    RandomStream draws(1, Purpose::kAugmentation, 0, i);
    bilinear += transform.choose(500, 375, draws).job.filter == ResizeFilter::kBilinear;
  }
  EXPECT_NEAR(bilinear, 1000, 112);  // five standard deviations
}

TEST(FinetuneTransform, RandAugmentTakesThePlaceOfColorJitter) {
  FinetuneOptions options;
  options.height = options.width = 8;
  options.color_jitter = 1.0;
  options.rand_augment = RandAugmentConfig{.probability = 0.0};
  std::vector<uint8_t> pixels(8 * 8 * 3, 100), scratch;
  RandomStream draws(1, Purpose::kAugmentation, 0, 0);
  FinetuneTransform(options).alter({pixels.data(), 8, 8}, draws, scratch);
  EXPECT_EQ(pixels, std::vector<uint8_t>(8 * 8 * 3, 100));
  options.rand_augment.reset();
  FinetuneTransform(options).alter({pixels.data(), 8, 8}, draws, scratch);
  EXPECT_NE(pixels, std::vector<uint8_t>(8 * 8 * 3, 100));
}

TEST(AugmentConfig, RefusesARandAugmentTextThatMakesNoSense) {
  AugmentConfig augment;
  augment.randaugment = "rand-m99";
  EXPECT_THROW(make_training_transform(classification_data(), augment), Error);
  augment.randaugment.clear();
  EXPECT_NO_THROW(make_training_transform(classification_data(), augment));
}

TEST(AugmentConfig, ProbingUsesTheLoopFreeCropAndNothingElse) {
  const auto transform = make_training_transform(classification_data(), probing_augmentation());
  const CropRange range{0.08, 1.0, 3.0 / 4.0, 4.0 / 3.0};
  for (uint64_t i = 0; i < 50; ++i) {
    RandomStream draws(1, Purpose::kAugmentation, 0, i), same = draws, fresh = draws;
    const Rect box = transform->choose(200, 900, draws).box, expected = loop_free_crop(same, 200, 900, range);
    EXPECT_EQ(box.left, expected.left);
    EXPECT_EQ(box.top, expected.top);
    EXPECT_EQ(box.width, expected.width);
    EXPECT_EQ(box.height, expected.height);
    EXPECT_TRUE(transform->choose_erased(fresh).empty());
  }
}

TEST(AugmentConfig, EvaluationCropsByTheRuleOfTheModelUnlessAShareIsGiven) {
  const auto full_side = [](int64_t size, const PreprocessConfig& config) {
    return make_evaluation_transform(size, config, {})->choose(1000, 1000).job.full_height;
  };
  PreprocessConfig config;
  EXPECT_EQ(full_side(224, config), 256);
  EXPECT_EQ(full_side(256, config), 256);
  config.crop_rule = "clip";
  EXPECT_EQ(full_side(224, config), 256);
  EXPECT_EQ(full_side(256, config), 292);
  EXPECT_EQ(full_side(384, config), 384);
  config.crop_pct = 0.5;
  EXPECT_EQ(full_side(384, config), 768);
  config.interpolation = "lanczos";
  EXPECT_EQ(make_evaluation_transform(224, config, {})->choose(10, 10).job.filter, ResizeFilter::kLanczos);
}

}  // namespace
}  // namespace itpn
