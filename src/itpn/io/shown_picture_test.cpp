// Pictures as people see them: transparency and EXIF orientation.
#include <gtest/gtest.h>

#include <functional>

#include "itpn/io/alpha.h"
#include "itpn/io/decode_image.h"
#include "itpn/io/jpeg_for_test.h"
#include "itpn/io/picture_files_for_test.h"

namespace itpn {
namespace {

using namespace std::string_literals;
using test::Bytes;

constexpr DecodeOptions on(AlphaRule rule) { return {.alpha = rule}; }
constexpr DecodeOptions kUpright{.applies_exif = true};

Image shown(const Bytes& bytes, const DecodeOptions& options) {
  return decode_shown(bytes, read_image_info(bytes), options).image;
}

std::vector<int> pixels_of(const Bytes& bytes, const DecodeOptions& options) {
  const Image image = shown(bytes, options);
  return {image.pixels.begin(), image.pixels.end()};
}

TEST(Alpha, ABlendIsTheExactSumRounded) {
  EXPECT_EQ(blend_channel(200, 128, 255), 227);  // 227.39
  EXPECT_EQ(blend_channel(200, 128, 0), 100);    // 100.39
  EXPECT_EQ(blend_channel(3, 43, 0), 1);         // 0.506
  for (int value = 0; value < 256; ++value) {
    EXPECT_EQ(blend_channel(static_cast<uint8_t>(value), 255, 17), value);
    EXPECT_EQ(blend_channel(static_cast<uint8_t>(value), 0, 17), 17);
  }
}

TEST(Alpha, EveryKindOfPngIsBlended) {
  const std::string palette = test::png_chunk("PLTE", "\x0a\x14\x1e\xc8\x64\x32"s);
  struct Example {
    Bytes bytes;
    std::vector<int> dropped, white, black;
  };
  const std::vector<Example> examples = {
      // RGBA, grey + alpha, both also with 16 bits, of which the upper 8 count
      {test::png_of_rows(1, 8, 6, {"\xc8\x64\x32\x80"s}), {200, 100, 50}, {227, 177, 152}, {100, 50, 25}},
      {test::png_of_rows(1, 8, 4, {"\xc8\x80"s}), {200, 200, 200}, {227, 227, 227}, {100, 100, 100}},
      {test::png_of_rows(1, 16, 6, {"\xc8\xff\x64\xff\x32\xff\x80\xff"s}),
       {200, 100, 50},
       {227, 177, 152},
       {100, 50, 25}},
      {test::png_of_rows(1, 16, 4, {"\xc8\x01\x80\x01"s}), {200, 200, 200}, {227, 227, 227}, {100, 100, 100}},
      // a palette whose second colour is half transparent
      {test::png_of_rows(2, 8, 3, {"\0\x01"s}, palette + test::png_chunk("tRNS", "\xff\x80"s)),
       {10, 20, 30, 200, 100, 50},
       {10, 20, 30, 227, 177, 152},
       {10, 20, 30, 100, 50, 25}},
      // one transparent grey, one transparent colour
      {test::png_of_rows(2, 8, 0, {"\x07\x08"s}, test::png_chunk("tRNS", "\0\x07"s)),
       {7, 7, 7, 8, 8, 8},
       {255, 255, 255, 8, 8, 8},
       {0, 0, 0, 8, 8, 8}},
      {test::png_of_rows(2, 8, 2, {"\x01\x02\x03\x01\x02\x04"s}, test::png_chunk("tRNS", "\0\x01\0\x02\0\x03"s)),
       {1, 2, 3, 1, 2, 4},
       {255, 255, 255, 1, 2, 4},
       {0, 0, 0, 1, 2, 4}}};
  for (const Example& example : examples) {
    SCOPED_TRACE(&example - examples.data());
    EXPECT_TRUE(read_image_info(example.bytes).has_alpha);
    EXPECT_EQ(pixels_of(example.bytes, on(AlphaRule::kDrop)), example.dropped);
    EXPECT_EQ(pixels_of(example.bytes, on(AlphaRule::kWhite)), example.white);
    EXPECT_EQ(pixels_of(example.bytes, on(AlphaRule::kBlack)), example.black);
  }
}

Image cut_out(uint8_t hidden) {
  Image image = test::noise(23, 17, 4);
  for (size_t i = 0; i < image.pixels.size(); i += 4) {
    image.pixels[i + 3] = i % 12 == 0 ? 0 : 255;
    if (i % 12 == 0) std::fill_n(&image.pixels[i], 3, hidden);
  }
  return image;
}

TEST(Alpha, WhatLiesBelowFullTransparencyDoesNotMatter) {
  const std::vector<std::function<Bytes(const Image&)>> writers = {
      [](const Image& image) { return encode_png(image); },
      [](const Image& image) { return test::encode_webp(image, test::WebpKind::kLossless); }};
  for (const auto& write : writers) {
    const Bytes dark = write(cut_out(0)), light = write(cut_out(240));
    for (const AlphaRule rule : {AlphaRule::kWhite, AlphaRule::kBlack}) {
      EXPECT_EQ(pixels_of(dark, on(rule)), pixels_of(light, on(rule)));
    }
  }
  EXPECT_NE(pixels_of(encode_png(cut_out(0)), on(AlphaRule::kDrop)),
            pixels_of(encode_png(cut_out(240)), on(AlphaRule::kDrop)));
}

TEST(Alpha, OpaquePicturesAreTheSameBySomeRuleOrAnother) {
  const Image image = test::noise(20, 10, 3);
  for (const Bytes& bytes : {encode_png(image), test::encode_webp(image, test::WebpKind::kLossy),
                             test::encode_jpeg(image, {}), test::png_of_rows(2, 16, 0, {"\x80\xff\x01\x00"s})}) {
    EXPECT_FALSE(read_image_info(bytes).has_alpha);
    EXPECT_EQ(pixels_of(bytes, on(AlphaRule::kWhite)), pixels_of(bytes, on(AlphaRule::kDrop)));
    EXPECT_EQ(pixels_of(bytes, on(AlphaRule::kBlack)), pixels_of(bytes, on(AlphaRule::kDrop)));
  }
}

TEST(SixteenBits, AreTheirUpperEightInGreyAsInColour) {
  const auto ramp = [](int first) { return std::string{static_cast<char>(first), '\x7f', '\0', '\xff', '\xff', '\0'}; };
  EXPECT_EQ(pixels_of(test::png_of_rows(3, 16, 0, {ramp(3)}), {}), (std::vector{3, 3, 3, 0, 0, 0, 255, 255, 255}));
  EXPECT_EQ(pixels_of(test::png_of_rows(1, 16, 2, {ramp(200)}), {}), (std::vector{200, 0, 255}));
}

// A picture whose rows and columns can be told apart, stored so that `orientation` makes it upright again.
struct Turned {
  const char* format;
  int orientation;
  Bytes bytes;
};

std::vector<Turned> turned_pictures() {
  std::vector<Turned> all;
  for (int n = 1; n <= 8; ++n) {
    const Image stored = test::noise(61, 38, 3, static_cast<unsigned>(n));
    all.push_back({"png", n, test::png_with_orientation(stored, n)});
    all.push_back({"jpeg", n, test::jpeg_with_orientation(test::encode_jpeg(stored, {}), n)});
    all.push_back({"progressive jpeg", n, test::jpeg_with_orientation(test::encode_jpeg(stored, {2, true}), n)});
    for (const auto kind : {test::WebpKind::kLossy, test::WebpKind::kLossless}) {
      all.push_back({"webp", n, test::webp_with_orientation(test::encode_webp(stored, kind), 61, 38, n)});
    }
  }
  return all;
}

TEST(Exif, AllOrientationsAreAppliedInEveryFormatAndIgnoredOtherwise) {
  for (const Turned& turned : turned_pictures()) {
    SCOPED_TRACE(std::string(turned.format) + " " + std::to_string(turned.orientation));
    const ImageInfo info = read_image_info(turned.bytes);
    EXPECT_EQ(info.orientation, turned.orientation);
    const Image upright = shown(turned.bytes, kUpright);
    EXPECT_EQ(shown_size(info, kUpright), (std::pair{upright.width, upright.height}));
    EXPECT_EQ(shown_size(info, kUpright), turned.orientation >= 5 ? (std::pair{38, 61}) : (std::pair{61, 38}));
    EXPECT_EQ(upright.pixels, apply_orientation(decode_rgb(turned.bytes), turned.orientation).pixels);
    EXPECT_EQ(shown(turned.bytes, {}).pixels, decode_rgb(turned.bytes).pixels);
  }
}

// By hand: 1 2 3 over 4 5 6.
TEST(Exif, TurnsAreThoseOfTheStandard) {
  const std::vector<std::string> rows = {"\x01\x02\x03"s, "\x04\x05\x06"s};
  const std::vector<std::string> upright = {"123456", "321654", "654321", "456123",
                                            "142536", "415263", "635241", "362514"};
  for (int n = 1; n <= 8; ++n) {
    const Bytes bytes = test::png_of_rows(3, 8, 0, rows, test::png_chunk("eXIf", test::exif_block(n)));
    std::string got;
    for (size_t i = 0; i < 18; i += 3) got += static_cast<char>('0' + shown(bytes, kUpright).pixels[i]);
    EXPECT_EQ(got, upright[static_cast<size_t>(n - 1)]) << n;
  }
}

TEST(Exif, ARegionOfATurnedPictureIsThatPartOfTheUprightOne) {
  std::mt19937 generator(9);
  for (const Turned& turned : turned_pictures()) {
    const ImageInfo info = read_image_info(turned.bytes);
    const Image whole = shown(turned.bytes, kUpright);
    for (int i = 0; i < 12; ++i) {
      Rect r{static_cast<int>(generator() % whole.width), static_cast<int>(generator() % whole.height), 0, 0};
      r.width = 1 + static_cast<int>(generator() % (whole.width - r.left));
      r.height = 1 + static_cast<int>(generator() % (whole.height - r.top));
      EXPECT_EQ(decode_shown(turned.bytes, info, kUpright, r).image.pixels, crop_image(whole, r).pixels)
          << turned.format << turned.orientation << " " << r.left << " " << r.top << " " << r.width << " " << r.height;
    }
  }
}

TEST(Exif, ATurnedCutOutIsBlendedAndTurned) {
  const Image stored = test::noise(9, 5, 4);
  const Bytes bytes = test::png_with_orientation(stored, 6);
  const Image wanted = apply_orientation(without_alpha(stored, AlphaRule::kWhite), 6);
  EXPECT_EQ(shown(bytes, {.alpha = AlphaRule::kWhite, .applies_exif = true}).pixels, wanted.pixels);
}

TEST(PixelLimit, IsRaisedAndNamed) {
  const Bytes bytes = encode_png(test::noise(30, 20, 3));
  EXPECT_NO_THROW(read_image_info(bytes, {600}));
  try {
    read_image_info(bytes, {599, "data.max_megapixels"});
    FAIL() << "read";
  } catch (const ImageError& error) {
    EXPECT_EQ(error.kind, ImageDefect::kTooLarge);
    EXPECT_STREQ(error.what(),
                 "30 x 20 pixels are more than 0.000599 megapixels; make the picture smaller, or raise "
                 "data.max_megapixels");
  }
}

}  // namespace
}  // namespace itpn
