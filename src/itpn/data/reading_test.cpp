// What is seen of pictures that people and loaders see otherwise, through the renderer and the loader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "itpn/data/augment_config.h"
#include "itpn/data/loader.h"
#include "itpn/data/reading_config.h"
#include "itpn/io/decode_image.h"
#include "itpn/io/jpeg_for_test.h"
#include "itpn/io/picture_files_for_test.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

// Encoded pictures in memory.
class EncodedSet : public Dataset {
 public:
  explicit EncodedSet(std::vector<test::Bytes> pictures) : pictures_(std::move(pictures)) {}
  int64_t size() const override { return static_cast<int64_t>(pictures_.size()); }
  void read(int64_t index, StoredPicture& into) const override {
    into.image = {};
    into.bytes = pictures_[static_cast<size_t>(index)];
  }
  int64_t label(int64_t) const override { return -1; }
  std::string name(int64_t index) const override { return "p" + std::to_string(index); }
  uint64_t stored_bytes(int64_t index) const override { return pictures_[static_cast<size_t>(index)].size(); }

 private:
  std::vector<test::Bytes> pictures_;
};

std::vector<uint8_t> rendered(const PictureTransform& transform, const test::Bytes& bytes) {
  RenderState state;
  state.picture.bytes = bytes;
  RandomStream draws(1, Purpose::kAugmentation, 0, 5);
  std::vector<uint8_t> pixels(static_cast<size_t>(transform.height()) * static_cast<size_t>(transform.width()) * 3);
  render_picture(transform, draws, state, pixels.data());
  return pixels;
}

std::vector<std::shared_ptr<const PictureTransform>> transforms_of(DataConfig data) {
  data.image_size = 24;
  AugmentConfig whole;  // RandAugment works on all of the picture
  return {make_training_transform(data, {.randaugment = "", .erase_probability = 0.0}),
          make_training_transform(data, {.color_jitter = 0.4, .randaugment = "", .erase_probability = 0.0}),
          make_training_transform(data, whole), make_evaluation_transform(picture_format(data), {})};
}

DataConfig reading_as(const std::string& alpha, const std::string& exif) {
  DataConfig data;
  data.alpha = alpha;
  data.exif = exif;
  return data;
}

TEST(Reading, ATurnedPictureIsShownAsTheUprightOneIsWhateverIsDoneToIt) {
  const auto transforms = transforms_of({});
  const auto ignoring = transforms_of(reading_as("white", "ignore"));
  for (int n = 1; n <= 8; ++n) {
    const Image stored = test::noise(70, 40, 3, static_cast<unsigned>(n));
    const test::Bytes turned = test::png_with_orientation(stored, n),
                      upright = encode_png(apply_orientation(stored, n));
    for (size_t i = 0; i < transforms.size(); ++i) {
      EXPECT_EQ(rendered(*transforms[i], turned), rendered(*transforms[i], upright)) << n << " " << i;
      EXPECT_EQ(rendered(*ignoring[i], turned), rendered(*ignoring[i], encode_png(stored))) << n << " " << i;
    }
  }
}

TEST(Reading, ACutOutIsShownOnTheColourThatTheRecipeNames) {
  Image cut = test::noise(50, 60, 4);
  for (size_t i = 3; i < cut.pixels.size(); i += 4) cut.pixels[i] = i % 8 == 3 ? 0 : 255;
  const auto on = [&](uint8_t behind) {
    Image flat(50, 60, 3);
    for (size_t i = 0; i < 50 * 60; ++i) {
      for (size_t c = 0; c < 3; ++c)
        flat.pixels[3 * i + c] = cut.pixels[4 * i + 3] == 0 ? behind : cut.pixels[4 * i + c];
    }
    return encode_png(flat);
  };
  const auto white = transforms_of({}), black = transforms_of(reading_as("black", "apply"));
  for (size_t i = 0; i < white.size(); ++i) {
    EXPECT_EQ(rendered(*white[i], encode_png(cut)), rendered(*white[i], on(255))) << i;
    EXPECT_EQ(rendered(*black[i], encode_png(cut)), rendered(*black[i], on(0))) << i;
  }
}

// Eight pictures, of which those at 2 and 5 are cut and closed with an end mark.
std::shared_ptr<const Dataset> set_with_two_damaged() {
  std::vector<test::Bytes> pictures;
  for (unsigned i = 0; i < 8; ++i) {
    pictures.push_back(test::encode_jpeg(test::noise(48, 48, 3, i), {}));
    if (i != 2 && i != 5) continue;
    test::Bytes& jpeg = pictures.back();
    jpeg.resize(jpeg.size() / 2 + 200);
    jpeg.insert(jpeg.end(), {std::byte{0xFF}, std::byte{0xD9}});
  }
  return std::make_shared<EncodedSet>(pictures);
}

struct Epochs {
  std::vector<int64_t> shown;  // indices, sorted and each once
  int64_t bad = 0;
  int64_t damaged = 0;
  std::string list;
};

Epochs three_epochs(const std::string& rule, int64_t threads, const std::string& list) {
  DataConfig data;
  data.damaged = rule;
  data.image_size = 16;
  data.crop_scale = {0.9, 1.0};
  LoaderConfig config;
  config.batch_size = config.global_batch_size = 8;
  config.threads = threads;
  config.bad = {0.5, list};
  Loader loader(set_with_two_damaged(), make_training_transform(data, {}), config);
  Epochs result;
  for (int i = 0; i < 3; ++i) {
    const HostBatch batch = *loader.next();
    result.shown.insert(result.shown.end(), batch.indices.begin(), batch.indices.end());
  }
  std::sort(result.shown.begin(), result.shown.end());
  result.shown.erase(std::unique(result.shown.begin(), result.shown.end()), result.shown.end());
  result.bad = loader.bad_samples().total();
  result.damaged = loader.bad_samples().damaged();
  if (exists(posix_fs(), list)) result.list = read_text_file(posix_fs(), list);
  return result;
}

TEST(Reading, DamagedPicturesAreUsedAndListedOrReplaced) {
  for (const int64_t threads : {0, 2}) {
    const test::TemporaryDirectory directory;
    const Epochs used = three_epochs("use", threads, directory.file("used.tsv"));
    EXPECT_EQ(used.shown.size(), 8U);
    EXPECT_EQ(used.damaged, 2);
    EXPECT_EQ(used.bad, 0);
    EXPECT_THAT(used.list, HasSubstr("damaged-used\tp2\tJPEG: "));
    EXPECT_EQ(std::count(used.list.begin(), used.list.end(), '\n'), 2);
    const Epochs skipped = three_epochs("skip", threads, directory.file("skipped.tsv"));
    EXPECT_EQ(skipped.shown, (std::vector<int64_t>{0, 1, 3, 4, 6, 7}));
    EXPECT_EQ(skipped.damaged, 0);
    EXPECT_EQ(skipped.bad, 2);
    EXPECT_THAT(skipped.list, HasSubstr("damaged\tp5\tJPEG: "));
  }
}

TEST(Reading, PicturesThatWereUsedThoughDamagedAreNotBadOnesAfterAResume) {
  const test::TemporaryDirectory directory;
  const std::string list = directory.file("bad.tsv");
  three_epochs("use", 0, list);
  const Epochs again = three_epochs("use", 0, list);
  EXPECT_EQ(again.damaged, 2);
  EXPECT_EQ(again.bad, 0);
  EXPECT_EQ(std::count(again.list.begin(), again.list.end(), '\n'), 2);
}

TEST(Reading, AWeightThatSaysNothingMeansWhatLoadersOnPillowDo) {
  const DecodeOptions options = decode_options(ReadingConfig{});
  EXPECT_EQ(options.alpha, AlphaRule::kDrop);
  EXPECT_FALSE(options.applies_exif);
  const DecodeOptions own = decode_options(DataConfig{});
  EXPECT_EQ(own.alpha, AlphaRule::kWhite);
  EXPECT_TRUE(own.applies_exif);
  EXPECT_EQ(own.limit.pixels, 100'000'000);
}

}  // namespace
}  // namespace itpn
