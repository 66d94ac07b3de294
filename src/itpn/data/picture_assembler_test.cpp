#include "itpn/data/picture_assembler.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "itpn/data/datasets/synthetic_dataset.h"
#include "itpn/data/loader.h"
#include "itpn/data/open_dataset.h"
#include "itpn/data/transforms/pair_transform.h"
#include "itpn/data/uncached_folder_for_test.h"
#include "itpn/io/decode_image.h"
#include "itpn/io/png_writer.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

// The published way: decode everything, cut, resize, turn round.
Image plain_view(const Image& whole, const PictureView& view) {
  const Image resized = resize(crop_image(whole, view.box), view.job.full_width, view.job.full_height, view.job.filter);
  Image result(view.job.window.width, view.job.window.height, 3);
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x) {
      const int from = view.job.window.left + (view.job.is_mirrored ? result.width - 1 - x : x);
      std::copy_n(resized.row(view.job.window.top + y) + 3 * from, 3, result.row(y) + 3 * x);
    }
  }
  return result;
}

// Grey as the published rule of PNG and JPEG tools has it, from one pixel.
uint8_t luma_of(const uint8_t* rgb) {
  return static_cast<uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}

// A picture whose own pixels are shown: the size is the transform's.
StoredPicture coloured_picture(int width, int height) {
  StoredPicture picture;
  picture.image = Image(width, height, 3);
  for (size_t i = 0; i < picture.image.pixels.size(); ++i) picture.image.pixels[i] = static_cast<uint8_t>(i * 37 + 11);
  return picture;
}

TEST(PictureAssembler, GreyPicturesAreTheLumaOfTheirColours) {
  const EvalTransform eval({ImageSize(4, 6), 1}, 1.0);
  RenderState state;
  state.picture = coloured_picture(6, 4);
  const Image stored = state.picture.image;
  RandomStream draws(1, Purpose::kAugmentation, 0, 0);
  std::vector<uint8_t> found(4 * 6);
  render_picture(eval, draws, state, found.data());
  for (size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i], luma_of(stored.pixels.data() + 3 * i)) << i;
}

TEST(PictureAssembler, ColourJitterKeepsGreyPicturesGrey) {
  const PairTransform jittered({.format = {ImageSize(4, 6), 1}, .second_size = 0, .color_jitter = 0.5});
  RenderState state;
  state.picture = coloured_picture(6, 4);
  RandomStream draws(1, Purpose::kAugmentation, 0, 0);
  std::vector<uint8_t> found(4 * 6);
  render_picture(jittered, draws, state, found.data());
  for (size_t i = 0; i < state.picture.image.pixels.size(); i += 3) {
    const uint8_t* const pixel = state.picture.image.pixels.data() + i;
    ASSERT_TRUE(pixel[0] == pixel[1] && pixel[1] == pixel[2]) << i;
  }
}

TEST(PictureAssembler, BatchesHaveAsManyChannelsAsTheTransform) {
  SyntheticOptions scenes;
  scenes.count = 2;
  const PictureAssembler grey(std::make_shared<SyntheticDataset>(scenes),
                              std::make_shared<EvalTransform>(PictureFormat{{4, 6}, 1}, 1.0));
  EXPECT_EQ(grey.open_bytes(2), 2 * 4 * 6);
  BatchSpan span;
  span.count = 2;
  const HostBatch batch = grey.close(grey.open(span, {}));
  EXPECT_EQ(batch.channels, 1);
  EXPECT_EQ(batch.pixels.size(), 2U * 4 * 6);
}

TEST(PictureTransform, OnlyGreyAndColourAreFormats) {
  EXPECT_THROW(EvalTransform({ImageSize(8), 2}, 1.0), std::invalid_argument);
}

TEST(PictureAssembler, ShowsTheSameAsDecodingTheWholePicture) {
  const auto folder = test::shared_path("data/imagenet-sample");
  if (!folder) GTEST_SKIP() << "needs ../shared/data/imagenet-sample";
  const auto dataset = open_dataset(test::uncached_folder(), *folder, {.shows_progress = false});
  const TrainTransform train({ImageSize(96, 80)}, CropRange{}, 0.5);
  const EvalTransform eval({ImageSize(96, 80)}, 0.875);
  RenderState state;
  for (int64_t i = 0; i < dataset->size(); i += 5) {
    dataset->read(i, state.picture);
    const Image whole = decode_rgb(state.picture.bytes);
    for (const PictureTransform* transform :
         {static_cast<const PictureTransform*>(&train), static_cast<const PictureTransform*>(&eval)}) {
      RandomStream draws(1, Purpose::kAugmentation, 0, static_cast<uint64_t>(i)), same = draws;
      Image found(80, 96, 3);
      render_picture(*transform, draws, state, found.pixels.data());
      ASSERT_EQ(found.pixels, plain_view(whole, transform->choose(whole.width, whole.height, same)).pixels)
          << dataset->name(i);
    }
  }
}

// A folder of 200 small pictures, every fifth of them spoilt in one of several ways.
class SpoiltFolder {
 public:
  SpoiltFolder() {
    for (int i = 0; i < 200; ++i) {
      Image image(20 + i % 7, 18, 3);
      for (size_t p = 0; p < image.pixels.size(); ++p) image.pixels[p] = static_cast<uint8_t>(p * 7 + i * 31);
      const auto bytes = encode_png(image);
      std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      if (i % 5 == 0) spoil(i / 5 % 4, text);
      write_file_atomically(posix_fs(), directory.file("p" + std::to_string(1000 + i) + ".png"), text);
    }
  }
  test::TemporaryDirectory directory;

 private:
  static void spoil(int way, std::string& text) {
    if (way == 0) text.clear();
    if (way == 1) text.resize(text.size() / 2);
    if (way == 2) text = "GIF89a, no";
    if (way == 3) text.replace(0, 4, "\xff\xd8\xff\xe0");
  }
};

TEST(PictureAssembler, ReplacesBadFilesTheSameWayAndCountsThemExactly) {
  const SpoiltFolder folder;
  const auto dataset = open_dataset(test::uncached_folder(), folder.directory.path(), {.shows_progress = false});
  LoaderConfig config;
  config.batch_size = 20;
  config.global_batch_size = 20;
  config.bad.max_fraction = 0.2;
  const auto transform = std::make_shared<TrainTransform>(PictureFormat{8}, CropRange{}, 0.5);
  Loader plain(dataset, transform, config);
  config.threads = 3;
  Loader threaded(dataset, transform, config);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(plain.next()->pixels, threaded.next()->pixels);
  EXPECT_EQ(plain.bad_samples().total(), 40);
  EXPECT_EQ(plain.bad_samples().counts().at("empty"), 10);
  EXPECT_EQ(plain.bad_samples().counts().at("not-an-image"), 10);
  EXPECT_EQ(threaded.bad_samples().counts(), plain.bad_samples().counts());
}

TEST(PictureAssembler, GivesUpOnASetWithoutAnyGoodPicture) {
  const test::TemporaryDirectory directory;
  write_file_atomically(posix_fs(), directory.file("a.jpg"), std::string("no picture"));
  const auto dataset = open_dataset(test::uncached_folder(), directory.path(), {.shows_progress = false});
  LoaderConfig config;
  config.bad.max_fraction = 1.0;
  Loader loader(dataset, std::make_shared<EvalTransform>(PictureFormat{8}, 1.0), config);
  EXPECT_THROW(loader.next(), Error);
}

}  // namespace
}  // namespace itpn
