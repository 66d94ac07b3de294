// Pictures of which a part is lost though they can be decoded, and sound ones that look like them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "itpn/core/files.h"
#include "itpn/io/decode_image.h"
#include "itpn/io/jpeg_for_test.h"
#include "itpn/io/picture_files_for_test.h"
#include "tests/support/shared_data.h"

namespace itpn {
namespace {

using test::Bytes;
using test::WebpKind;

constexpr int kWidth = 120, kHeight = 96;
constexpr DecodeOptions kRefusing{.refuses_damage = true};

std::string damage_of(const Bytes& bytes, const std::optional<Rect>& region = std::nullopt) {
  return decode_shown(bytes, read_image_info(bytes), {}, region).damage;
}

std::optional<ImageDefect> refusal_of(const Bytes& bytes, const std::optional<Rect>& region = std::nullopt) {
  try {
    decode_shown(bytes, read_image_info(bytes), kRefusing, region);
    return std::nullopt;
  } catch (const ImageError& error) {
    return error.kind;
  }
}

// Slow changes with a little noise, as photographs have them.
Image photograph(int width = kWidth, int height = kHeight) {
  Image image = test::noise(width, height, 3, 11);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width * 3; ++x) {
      image.row(y)[x] = static_cast<uint8_t>(40 + x / 3 + y / 2 + image.row(y)[x] % 32);
    }
  }
  return image;
}

constexpr std::array kScan{std::byte{0xFF}, std::byte{0xDA}};
constexpr std::array kEnd{std::byte{0xFF}, std::byte{0xD9}};

std::ptrdiff_t place_of_scan(const Bytes& jpeg, int number) {
  auto at = jpeg.begin();
  for (int i = 0; i <= number; ++i) at = std::search(at + (i > 0 ? 2 : 0), jpeg.end(), kScan.begin(), kScan.end());
  return at - jpeg.begin();
}

Bytes cut_and_closed(Bytes jpeg, std::ptrdiff_t size) {
  jpeg.resize(static_cast<size_t>(size));
  jpeg.insert(jpeg.end(), kEnd.begin(), kEnd.end());
  return jpeg;
}

Bytes with_zeros(Bytes bytes, size_t from, size_t count) {
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), count, std::byte{0});
  return bytes;
}

struct Example {
  const char* what;
  Bytes bytes;
};

std::vector<Example> damaged_jpegs() {
  const Bytes plain = test::encode_jpeg(photograph(), {}), full_colour = test::encode_jpeg(photograph(), {1}),
              progressive = test::encode_jpeg(photograph(), {2, true}),
              restarting = test::encode_jpeg(photograph(), {2, false, 1});
  const auto half = [](const Bytes& bytes) { return static_cast<std::ptrdiff_t>(bytes.size() / 2 + 150); };
  Bytes resync = restarting;
  for (size_t i = 0; i + 1 < resync.size(); ++i) {
    if (resync[i] == std::byte{0xFF} && resync[i + 1] == std::byte{0xD2}) resync[i + 1] = std::byte{0xD5};
  }
  return {{"cut and closed", cut_and_closed(plain, half(plain))},
          {"cut and closed, full colour", cut_and_closed(full_colour, half(full_colour))},
          {"cut and closed, progressive", cut_and_closed(progressive, half(progressive))},
          {"closed between two scans", cut_and_closed(progressive, place_of_scan(progressive, 6))},
          {"closed after the first scan", cut_and_closed(progressive, place_of_scan(progressive, 1))},
          {"zeros inside", with_zeros(plain, plain.size() / 2, 200)},
          {"zeros inside, full colour", with_zeros(full_colour, full_colour.size() / 2, 300)},
          {"a restart marker of another place", resync}};
}

TEST(DamagedJpeg, IsFoundAndDecodedAllTheSame) {
  for (const Example& example : damaged_jpegs()) {
    SCOPED_TRACE(example.what);
    EXPECT_NE(damage_of(example.bytes), "");
    EXPECT_EQ(refusal_of(example.bytes), ImageDefect::kDamaged);
    EXPECT_EQ(decode_rgb(example.bytes).width, kWidth);
  }
}

TEST(DamagedJpeg, IsRefusedWhateverTheRegionThoughOnlyARegionIsLookedAtOtherwise) {
  const Bytes whole = test::encode_jpeg(photograph(), {});
  const Bytes half = cut_and_closed(whole, static_cast<std::ptrdiff_t>(whole.size() / 2 + 300));
  const Rect above{10, 0, 40, 8}, below{10, 80, 40, 8};
  EXPECT_EQ(damage_of(half, above), "");
  EXPECT_NE(damage_of(half, below), "");
  for (const Rect& region : {above, below, Rect{0, 0, kWidth, 1}, Rect{0, 0, kWidth, kHeight}}) {
    EXPECT_EQ(refusal_of(half, region), ImageDefect::kDamaged);
    EXPECT_EQ(refusal_of(whole, region), std::nullopt);
  }
}

// What libjpeg completes out of zeros, but without a marker at the end, ends before the picture does.
TEST(DamagedJpeg, AFileThatEndsInZerosIsTruncatedWholeOrInPart) {
  const Bytes bytes = test::encode_jpeg(Image(kWidth, kHeight, 3), {});
  Bytes zeros = with_zeros(bytes, bytes.size() - 40, 40);
  zeros.resize(zeros.size() + 4000);
  EXPECT_THROW(decode_rgb(zeros), ImageError);
  EXPECT_THROW(decode_rgb_region(zeros, {0, 0, 8, 8}), ImageError);
}

TEST(DamagedWebp, ZerosAtTheEndAreFoundAndThoseInsideWhenAllIsLookedAt) {
  for (const int seed : {1, 2}) {
    Image image = photograph(200, 150 + seed);
    const Bytes lossy = test::encode_webp(image, WebpKind::kLossy);
    for (const size_t zeros : {lossy.size() / 2, lossy.size() / 3}) {
      const Bytes filled = with_zeros(lossy, lossy.size() - zeros, zeros);
      EXPECT_NE(damage_of(filled), "") << zeros;
      EXPECT_EQ(refusal_of(filled), ImageDefect::kDamaged) << zeros;
    }
    const Bytes hole = with_zeros(lossy, lossy.size() / 4, lossy.size() / 3);
    EXPECT_EQ(refusal_of(hole), ImageDefect::kDamaged);
  }
}

std::vector<Example> sound_pictures() {
  const Image photo = photograph(), flat(kWidth, kHeight, 3), large(640, 640, 3);
  Image half_blank = test::noise(512, 512, 3);
  std::fill(half_blank.pixels.begin() + 512 * 3 * 64, half_blank.pixels.end(), uint8_t{255});
  Bytes padded = test::encode_jpeg(photo, {});
  padded.insert(padded.end() - 2, 5, std::byte{0xFF});  // fill bytes before a marker are legal
  padded.insert(padded.end(), 3000, std::byte{0});      // and cameras append what they like
  Bytes odd_header = test::encode_jpeg(photo, {});
  odd_header.insert(odd_header.begin() + 20, 3, std::byte{7});  // between two parts of the header
  return {{"jpeg", test::encode_jpeg(photo, {})},
          {"jpeg of full colour", test::encode_jpeg(photo, {1})},
          {"progressive jpeg", test::encode_jpeg(photo, {2, true})},
          {"jpeg with restarts", test::encode_jpeg(photo, {2, false, 1})},
          {"black jpeg", test::encode_jpeg(flat, {})},
          {"jpeg with bytes behind its end", padded},
          {"jpeg with bytes between its header's parts", odd_header},
          {"png", encode_png(photo)},
          {"lossy webp", test::encode_webp(photo, WebpKind::kLossy)},
          {"lossless webp", test::encode_webp(photo, WebpKind::kLossless)},
          {"black webp", test::encode_webp(large, WebpKind::kLossy)},
          {"black lossless webp", test::encode_webp(large, WebpKind::kLossless)},
          {"webp of noise and white", test::encode_webp(half_blank, WebpKind::kLossy)},
          {"lossless webp of noise and white", test::encode_webp(half_blank, WebpKind::kLossless)},
          {"webp with alpha", test::encode_webp(test::noise(64, 64, 4), WebpKind::kLossy)}};
}

TEST(SoundPictures, AreNotTakenForDamagedOnes) {
  for (const Example& example : sound_pictures()) {
    SCOPED_TRACE(example.what);
    EXPECT_EQ(damage_of(example.bytes), "");
    EXPECT_EQ(refusal_of(example.bytes), std::nullopt);
    EXPECT_EQ(refusal_of(example.bytes, Rect{3, 5, 20, 9}), std::nullopt);
  }
}

// The quickest way of writing one ends in as many zeros as an unfinished copy, and needs each of them.
TEST(SoundPictures, ABlankWebpThatEndsInZerosIsWhole) {
  const Image white(512, 512, 3);
  WebPConfig config;
  ASSERT_TRUE(WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, 100.0F));
  config.method = 0;
  WebPPicture picture;
  ASSERT_TRUE(WebPPictureInit(&picture));
  picture.width = picture.height = 512;
  ASSERT_TRUE(WebPPictureImportRGB(&picture, white.pixels.data(), 512 * 3));
  WebPMemoryWriter writer;
  WebPMemoryWriterInit(&writer);
  picture.writer = WebPMemoryWrite;
  picture.custom_ptr = &writer;
  ASSERT_TRUE(WebPEncode(&config, &picture));
  const auto* first = reinterpret_cast<const std::byte*>(writer.mem);
  const Bytes bytes(first, first + writer.size);
  WebPMemoryWriterClear(&writer);
  WebPPictureFree(&picture);
  ASSERT_TRUE(std::all_of(bytes.end() - 300, bytes.end(), [](std::byte byte) { return byte == std::byte{0}; }));
  EXPECT_EQ(damage_of(bytes), "");
  EXPECT_EQ(refusal_of(bytes), std::nullopt);
}

TEST(SoundPictures, OfEveryKindOfTheFixturesAreSound) {
  const std::string folder = test::source_path("src/itpn/io/testdata/images/");
  std::vector<DirectoryEntry> entries;
  ASSERT_GE(posix_fs().list(folder, &entries), 0);
  for (const auto& entry : entries) {
    if (entry.name.ends_with(".safetensors") || entry.name == "two_components.jpg") continue;
    EXPECT_EQ(refusal_of(read_file(posix_fs(), folder + entry.name)), std::nullopt) << entry.name;
  }
}

struct Foreign {
  const char* words;
  std::string content;
};

TEST(NoPicture, IsToldByWhatItIsAndWhatToDo) {
  using namespace std::string_literals;
  const std::vector<Foreign> examples = {
      {"a HEIC picture, no JPEG, PNG or WebP; convert it to JPEG or PNG",
       "\0\0\0\x18"s + "ftypheic" + "\0\0\0\0mif1heic"s},
      {"an AVIF picture, no JPEG, PNG or WebP; convert it to JPEG or PNG",
       "\0\0\0\x1c"s + "ftypavif" + "\0\0\0\0avif"s},
      {"a GIF picture, no JPEG, PNG or WebP; convert", "GIF89a\x01\0\x01\0"s},
      {"a BMP picture, no JPEG, PNG or WebP; convert", "BM\x46\0\0\0\0\0\0\0\x36\0\0\0"s},
      {"a TIFF picture, no JPEG, PNG or WebP; convert", "II*\0\x08\0\0\0"s},
      {"a web page, no JPEG, PNG or WebP; its address led to a page", "<!DOCTYPE html><title>sign in</title>"},
      {"a Git LFS pointer, no JPEG, PNG or WebP; fetch the file itself with `git lfs pull`",
       "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"},
      {"a file of zeros", std::string(2000, '\0')},
      {"a plain text, no JPEG, PNG or WebP", "not here"},
      {"neither JPEG, PNG nor WebP", "\x01\x02\x03\x04\x05"}};
  for (const Foreign& example : examples) {
    try {
      read_image_info(test::bytes_of(example.content));
      ADD_FAILURE() << example.words;
    } catch (const ImageError& error) {
      EXPECT_EQ(error.kind, ImageDefect::kNotAnImage);
      EXPECT_EQ(std::string(error.what()).rfind(example.words, 0), 0U) << error.what();
    }
  }
}

}  // namespace
}  // namespace itpn
