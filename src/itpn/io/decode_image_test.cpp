#include "itpn/io/decode_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>

#include "itpn/core/files.h"
#include "itpn/io/jpeg_for_test.h"
#include "itpn/io/safetensors.h"
#include "tests/support/shared_data.h"

namespace itpn {
namespace {

using Bytes = std::vector<std::byte>;

std::string fixture(const std::string& name) { return test::source_path("src/itpn/io/testdata/images/" + name); }

Bytes load(const std::string& name) { return read_file(posix_fs(), fixture(name)); }

std::string difference(const Image& got, const Image& wanted) {
  if (got.width != wanted.width || got.height != wanted.height || got.channels != wanted.channels) {
    return testing::PrintToString(std::vector{got.width, got.height, got.channels});
  }
  const auto [a, b] = std::mismatch(got.pixels.begin(), got.pixels.end(), wanted.pixels.begin());
  if (a == got.pixels.end()) return "";
  return "byte " + std::to_string(a - got.pixels.begin()) + " is " + std::to_string(*a) + ", wanted " +
         std::to_string(*b);
}

Image expected_image(SafetensorsFile& file, const TensorInfo& tensor) {
  Image image(static_cast<int>(tensor.shape.at(1)), static_cast<int>(tensor.shape.at(0)),
              static_cast<int>(tensor.shape.at(2)));
  file.read(tensor, std::as_writable_bytes(std::span(image.pixels)));
  return image;
}

Image decode_as(const std::string& what, const Bytes& bytes) {
  if (what == "stored") return decode_stored(bytes);
  if (what == "upright") return apply_orientation(decode_rgb(bytes), read_image_info(bytes).orientation);
  return decode_rgb(bytes);
}

TEST(DecodeImage, EveryKindOfFileHasThePixelsOfPillow) {
  SafetensorsFile file(posix_fs(), fixture("expected.safetensors"));
  ASSERT_GT(file.tensors().size(), 150u);
  for (const auto& tensor : file.tensors()) {
    const size_t slash = tensor.name.find('/');
    const Image got = decode_as(tensor.name.substr(slash + 1), load(tensor.name.substr(0, slash)));
    EXPECT_EQ(difference(got, expected_image(file, tensor)), "") << tensor.name;
  }
}

TEST(DecodeImage, InfoAgreesWithTheDecodedPicture) {
  std::vector<DirectoryEntry> entries;
  ASSERT_GE(posix_fs().list(fixture(""), &entries), 0);
  for (const auto& entry : entries) {
    if (entry.name.ends_with(".safetensors") || entry.name == "two_components.jpg") continue;
    const Bytes bytes = load(entry.name);
    const ImageInfo info = read_image_info(bytes);
    const Image image = decode_stored(bytes);
    EXPECT_EQ(std::vector({info.width, info.height, info.channels}),
              std::vector({image.width, image.height, image.channels}))
        << entry.name;
  }
}

TEST(DecodeImage, OrientationIsReadAndInvalidOnesAreIgnored) {
  for (int n = 0; n < 10; ++n) {
    const auto info = read_image_info(load("orientation_" + std::to_string(n) + ".jpg"));
    EXPECT_EQ(info.orientation, n >= 1 && n <= 8 ? n : 1);
  }
  EXPECT_EQ(read_image_info(load("orientation_6.png")).orientation, 6);
  EXPECT_EQ(read_image_info(load("orientation_8.webp")).orientation, 8);
  EXPECT_EQ(read_image_info(load("grey.jpg")).orientation, 1);
}

ImageDefect defect_of(const Bytes& bytes) {
  try {
    decode_rgb(bytes);
  } catch (const ImageError& e) {
    EXPECT_EQ(e.code(), ExitCode::kData);
    return e.kind;
  }
  ADD_FAILURE() << "decoded";
  return ImageDefect::kEmpty;
}

Bytes text_bytes(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

TEST(DecodeImage, DefectsAreTold) {
  EXPECT_EQ(defect_of({}), ImageDefect::kEmpty);
  EXPECT_EQ(defect_of(text_bytes("<html>not found</html>")), ImageDefect::kNotAnImage);
  EXPECT_EQ(defect_of(load("two_components.jpg")), ImageDefect::kUnsupported);
  for (const char* name :
       {"colour_420.jpg", "colour_420_progressive.jpg", "rgb_8.png", "lossy.webp", "lossless.webp"}) {
    Bytes bytes = load(name);
    bytes.resize(bytes.size() * 3 / 4);
    EXPECT_EQ(defect_of(bytes), ImageDefect::kTruncated) << name;
  }
}

TEST(DecodeImage, EveryCutOfAPictureIsRefused) {
  for (const char* name : {"colour_420.jpg", "grey_8_interlaced.png", "lossy_alpha.webp"}) {
    const Bytes whole = load(name);
    // The last bytes of a PNG (IEND) and of a WebP may be missing without loss of a pixel, as for Pillow.
    for (size_t size = 1; size + 24 < whole.size(); ++size) {
      EXPECT_THROW(decode_rgb(std::span(whole).first(size)), ImageError) << name << " cut to " << size;
    }
  }
}

// Sets the sides in the IHDR chunk of a PNG, and its checksum.
void set_png_size(Bytes& png, uint32_t side) {
  for (int i = 0; i < 4; ++i) png[16 + i] = png[20 + i] = static_cast<std::byte>(side >> (24 - 8 * i));
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(png.data()) + 12, 17);
  for (int i = 0; i < 4; ++i) png[29 + i] = static_cast<std::byte>(crc >> (24 - 8 * i));
}

TEST(DecodeImage, HugePicturesAreRefusedFromTheHeader) {
  Bytes png = load("one_pixel.png");
  set_png_size(png, 10'001);
  EXPECT_EQ(defect_of(png), ImageDefect::kTooLarge);
  set_png_size(png, 0x7FFFFFFF);
  EXPECT_THROW(decode_rgb(png), ImageError);
  Bytes jpeg = load("one_pixel.jpg");
  const std::array start_of_frame{std::byte{0xFF}, std::byte{0xC0}};
  const auto frame = std::search(jpeg.begin(), jpeg.end(), start_of_frame.begin(), start_of_frame.end());
  ASSERT_NE(frame, jpeg.end());
  std::fill(frame + 5, frame + 9, std::byte{0xF0});
  EXPECT_EQ(defect_of(jpeg), ImageDefect::kTooLarge);
  EXPECT_NO_THROW(check_image_size(10'000, 10'000));
  EXPECT_THROW(check_image_size(0, 5), ImageError);
}

Bytes::const_iterator next_scan(const Bytes& jpeg, Bytes::const_iterator from) {
  const std::array start_of_scan{std::byte{0xFF}, std::byte{0xDA}};
  return std::search(from, jpeg.end(), start_of_scan.begin(), start_of_scan.end());
}

// Appends scans of nothing but end-of-band runs to a progressive file, which libjpeg passes over the whole picture for.
TEST(DecodeImage, AProgressiveFileOfManyScansIsRefused) {
  Bytes bytes = load("colour_420_progressive.jpg");
  const auto first = next_scan(bytes, bytes.begin());
  const auto second = next_scan(bytes, first + 2);
  ASSERT_NE(second, bytes.cend());
  const Bytes scan(first, second);
  for (int i = 0; i < 120; ++i) bytes.insert(bytes.end() - 2, scan.begin(), scan.end());
  EXPECT_EQ(defect_of(bytes), ImageDefect::kTooLarge);
}

TEST(DecodeImage, CropsTakeTheirOwnPixels) {
  Image image(4, 3, 2);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i);
  EXPECT_EQ(crop_image(image, {1, 1, 2, 2}).pixels, (std::vector<uint8_t>{10, 11, 12, 13, 18, 19, 20, 21}));
}

void expect_regions_equal(const Bytes& bytes, int count, std::mt19937& generator, const std::string& name) {
  const Image whole = decode_rgb(bytes);
  for (int i = 0; i < count; ++i) {
    Rect r{static_cast<int>(generator() % whole.width), static_cast<int>(generator() % whole.height), 0, 0};
    r.width = 1 + generator() % (whole.width - r.left);
    r.height = 1 + generator() % (whole.height - r.top);
    EXPECT_EQ(difference(decode_rgb_region(bytes, r), crop_image(whole, r)), "")
        << name << " " << r.left << " " << r.top << " " << r.width << " " << r.height;
  }
}

TEST(DecodeImage, RegionsEqualTheWholePictureCut) {
  std::mt19937 generator(5);
  std::vector<DirectoryEntry> entries;
  ASSERT_GE(posix_fs().list(fixture(""), &entries), 0);
  for (const auto& entry : entries) {
    if (entry.name.ends_with(".safetensors") || entry.name == "two_components.jpg") continue;
    const Bytes bytes = load(entry.name);
    expect_regions_equal(bytes, 20, generator, entry.name);
  }
}

// libjpeg smooths over the edges of blocks while scans are missing.
TEST(DecodeImage, RegionsOfAProgressiveFileWithoutItsLastScansEqualTheWholePictureCut) {
  std::mt19937 generator(7);
  Image noise(150, 110, 3);
  for (uint8_t& value : noise.pixels) value = static_cast<uint8_t>(generator());
  const Bytes finished = test::encode_progressive_jpeg(noise, 2);
  const std::array end_of_image{std::byte{0xFF}, std::byte{0xD9}};
  int scans = 0;
  for (auto at = next_scan(finished, finished.begin()); at != finished.end(); at = next_scan(finished, at + 2)) {
    if (scans++ == 0) continue;
    Bytes bytes(finished.begin(), at);
    bytes.insert(bytes.end(), end_of_image.begin(), end_of_image.end());
    expect_regions_equal(bytes, 40, generator, std::to_string(scans - 1) + " scans");
  }
  EXPECT_GE(scans, 5);
}

TEST(DecodeImage, RegionsOfPhotographsEqualTheWholePictureCut) {
  const auto folder = test::shared_path("data/imagenet-sample");
  if (!folder) GTEST_SKIP() << "needs ../shared/data/imagenet-sample";
  std::mt19937 generator(6);
  std::vector<DirectoryEntry> entries;
  ASSERT_GE(posix_fs().list(*folder, &entries), 0);
  for (size_t i = 0; i < entries.size(); i += 10) {
    if (entries[i].name.ends_with(".csv")) continue;
    const Bytes bytes = read_file(posix_fs(), *folder + "/" + entries[i].name);
    expect_regions_equal(bytes, 6, generator, entries[i].name);
  }
}

TEST(DecodeImage, ARegionOfACutFileIsRefusedLikeTheWhole) {
  Bytes bytes = load("colour_444.jpg");
  EXPECT_NO_THROW(decode_rgb_region(bytes, {0, 0, 4, 1}));
  bytes.resize(bytes.size() - 10);
  EXPECT_THROW(decode_rgb_region(bytes, {0, 0, 4, 1}), ImageError);
}

TEST(DecodeImage, RegionsOutsideThePictureAreACallersMistake) {
  for (const char* name : {"colour_444.jpg", "rgb_8.png"}) {
    const Bytes bytes = load(name);
    for (const Rect& r :
         {Rect{0, 0, 0, 1}, Rect{-1, 0, 2, 2}, Rect{0, 0, 20, 1}, Rect{18, 0, 2, 1}, Rect{0, 13, 1, 1}}) {
      EXPECT_THROW(decode_rgb_region(bytes, r), std::invalid_argument) << name;
    }
  }
}

}  // namespace
}  // namespace itpn
