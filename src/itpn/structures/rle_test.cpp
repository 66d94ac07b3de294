#include "itpn/structures/rle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "itpn/core/philox.h"
#include "tests/support/error_of.h"

namespace itpn {
namespace {

using test::error_of;
using testing::HasSubstr;

Bitmap random_bitmap(uint64_t position) {
  RandomStream draws(3, Purpose::kTest, 0, position);
  Bitmap bitmap(draws.integer(1, 12), draws.integer(1, 12));
  const double share = draws.uniform();
  for (uint8_t& value : bitmap.values) value = draws.uniform() < share ? 1 : 0;
  return bitmap;
}

TEST(Rle, GoesDownTheColumnsAndBeginsWithBackground) {
  Bitmap bitmap(2, 3);  // 0 1 1
  bitmap.values = {0, 1, 1, 1, 0, 0};
  EXPECT_EQ(encode_bitmap(bitmap), (Rle{2, 3, {1, 2, 1, 1, 1}}));
  bitmap.values = {1, 1, 1, 1, 1, 1};
  EXPECT_EQ(encode_bitmap(bitmap), (Rle{2, 3, {0, 6}}));
}

TEST(Rle, DecodesToWhatWasEncoded) {
  for (uint64_t i = 0; i < 100; ++i) {
    const Bitmap bitmap = random_bitmap(i);
    const Rle rle = encode_bitmap(bitmap);
    EXPECT_NO_THROW(check_rle(rle));
    EXPECT_EQ(decode_rle(rle), bitmap) << i;
    EXPECT_EQ(text_to_counts(counts_to_text(rle.counts)), rle.counts) << i;
  }
}

TEST(Rle, KnowsAreaAndBoxOfItsPixels) {
  for (uint64_t i = 0; i < 100; ++i) {
    const Bitmap bitmap = random_bitmap(i);
    int64_t area = 0, left = bitmap.width, right = -1, top = bitmap.height, bottom = -1;
    for (int64_t y = 0; y < bitmap.height; ++y) {
      for (int64_t x = 0; x < bitmap.width; ++x) {
        if (bitmap.row(y)[x] == 0) continue;
        ++area;
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = std::max(bottom, y);
      }
    }
    const Rle rle = encode_bitmap(bitmap);
    EXPECT_EQ(rle_area(rle), area);
    const auto number = [](int64_t value) { return static_cast<double>(value); };
    const CornerBox box =
        area == 0 ? CornerBox{}
                  : CornerBox{number(left), number(top), number(right - left + 1), number(bottom - top + 1)};
    EXPECT_EQ(rle_box(rle), box) << i;
  }
}

TEST(Rle, IgnoresRunsOfNoLengthInTheMiddle) {
  const Rle rle{3, 3, {2, 0, 2, 1, 4}};
  EXPECT_EQ(rle_area(rle), 1);
  EXPECT_EQ(rle_box(rle), (CornerBox{1, 1, 1, 1}));
}

TEST(Rle, UniteAndIntersectPixelByPixel) {
  for (uint64_t i = 0; i < 50; ++i) {
    Bitmap a(5, 7), b(5, 7), c(5, 7), all(5, 7), any(5, 7);
    RandomStream draws(4, Purpose::kTest, 0, i);
    for (size_t p = 0; p < 35; ++p) {
      for (Bitmap* bitmap : {&a, &b, &c}) bitmap->values[p] = draws.uniform() < 0.7 ? 1 : 0;
      all.values[p] = a.values[p] & b.values[p] & c.values[p];
      any.values[p] = a.values[p] | b.values[p] | c.values[p];
    }
    const std::vector<Rle> masks = {encode_bitmap(a), encode_bitmap(b), encode_bitmap(c)};
    EXPECT_EQ(intersect(masks), encode_bitmap(all));
    EXPECT_EQ(unite(masks), encode_bitmap(any));
  }
}

TEST(Rle, OfAnotherSizeIsNotMerged) {
  const std::vector<Rle> masks = {{2, 2, {4}}, {2, 3, {6}}};
  EXPECT_THAT(error_of(ExitCode::kData, [&] { unite(masks); }), HasSubstr("2 x 2 and of 3 x 2"));
  EXPECT_EQ(rle_iou(masks[0], masks[1], false), -1.0);
}

TEST(Rle, IouCountsPixels) {
  const Rle a{2, 4, {0, 4, 4}}, b{2, 4, {2, 6}};
  EXPECT_EQ(shared_area(a, b), 2);
  EXPECT_EQ(rle_iou(a, b, false), 2.0 / 8.0);
  EXPECT_EQ(rle_iou(a, b, true), 2.0 / 4.0);
  EXPECT_EQ(rle_iou(a, {2, 4, {6, 2}}, false), 0.0);
  EXPECT_EQ(rle_iou({2, 4, {8}}, {2, 4, {8}}, true), 0.0);
}

TEST(Rle, IsRefusedWhereItsRunsDoNotCoverThePicture) {
  EXPECT_THAT(error_of(ExitCode::kData, [] { check_rle({2, 3, {5}}); }), HasSubstr("cover 5 pixels"));
  EXPECT_THAT(error_of(ExitCode::kData, [] { check_rle({2, 3, {5, 2}}); }), HasSubstr("cover 7 pixels"));
  error_of(ExitCode::kData, [] { check_rle({0, 3, {}}); });
  error_of(ExitCode::kData, [] { check_rle({-2, -3, {6}}); });
  error_of(ExitCode::kData, [] { check_rle({int64_t{1} << 40, int64_t{1} << 40, {6}}); });
}

TEST(RleText, StoresDifferencesFromTheFourthRunOn) {
  EXPECT_EQ(counts_to_text(std::vector<uint32_t>{35}), "S1");
  EXPECT_EQ(counts_to_text(std::vector<uint32_t>{1, 4, 6, 4, 5}), "1460O");
  EXPECT_EQ(text_to_counts("1460O"), (std::vector<uint32_t>{1, 4, 6, 4, 5}));
  const std::vector<uint32_t> large = {0, UINT32_MAX, 1, 2, UINT32_MAX, 0};
  EXPECT_EQ(text_to_counts(counts_to_text(large)), large);
}

TEST(RleText, IsRefusedWhereItIsDamaged) {
  for (const char* text : {"S", "1 2", "N", "oooooooooooo1", "1p", "11N"}) {
    error_of(ExitCode::kData, [&] { text_to_counts(text); });
  }
  EXPECT_TRUE(text_to_counts("").empty());
}

TEST(EncodePart, IsTheWholePictureWithBackgroundAroundThePart) {
  Bitmap part(2, 3);
  part.values = {1, 0, 1, 1, 1, 0};
  for (const auto& [left, top] : {std::pair{0, 0}, std::pair{2, 1}, std::pair{4, 3}}) {
    Bitmap whole(5, 7);
    for (int64_t y = 0; y < part.height; ++y) std::copy_n(part.row(y), part.width, whole.row(top + y) + left);
    EXPECT_EQ(encode_part(part, {left, top, 5, 7}), encode_bitmap(whole)) << left << ", " << top;
  }
  EXPECT_EQ(encode_part(Bitmap(0, 0), {3, 2, 5, 7}), encode_bitmap(Bitmap(5, 7)));
}

}  // namespace
}  // namespace itpn
