#include "itpn/io/drawing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "itpn/io/decode_image.h"
#include "itpn/io/line_chart.h"
#include "itpn/io/pixels_for_test.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using test::count_colour;
using test::drawn_part;
using test::pixel;

constexpr Colour kRed = {255, 0, 0};
constexpr Colour kBlue = {0, 0, 255};

std::string_view text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(Drawing, FillsTheNamedPixelsAndNoOthers) {
  Drawing drawing({.width = 10, .height = 8});
  drawing.fill({2, 3, 4, 2}, {.colour = kRed});
  const Image image = drawing.image();
  EXPECT_EQ(count_colour(image, kRed), 4 * 2);
  EXPECT_EQ(count_colour(image, kPaper), 10 * 8 - 4 * 2);
  EXPECT_EQ(pixel(image, 2, 3), kRed);
  EXPECT_EQ(pixel(image, 5, 4), kRed);
}

TEST(Drawing, ScaleSaysHowManyPixelsAUnitHas) {
  Drawing drawing({.width = 10.25, .height = 8, .scale = 2});
  drawing.fill({2, 3, 4, 2}, {.colour = kRed});
  const Image image = drawing.image();
  EXPECT_EQ(image.width, 21);
  EXPECT_EQ(image.height, 16);
  EXPECT_EQ(count_colour(image, kRed), 8 * 4);
}

TEST(Drawing, OpacityMixesWithWhatIsThere) {
  Drawing drawing({.width = 4, .height = 4});
  drawing.fill({0, 0, 4, 4}, {.colour = kRed, .opacity = 0.2});
  EXPECT_EQ(pixel(drawing.image(), 1, 1), (Colour{255, 204, 204}));
}

TEST(Drawing, LinesHaveTheirWidthAndDashes) {
  Drawing drawing({.width = 12, .height = 6});
  drawing.polyline({{0, 3}, {12, 3}}, {.colour = kBlue, .width = 2, .dashes = {4, 2}});
  const Image image = drawing.image();
  EXPECT_EQ(count_colour(image, kBlue), 2 * 8);
  EXPECT_EQ(pixel(image, 3, 2), kBlue);
  EXPECT_EQ(pixel(image, 4, 2), kPaper);
  EXPECT_EQ(pixel(image, 6, 3), kBlue);
}

TEST(Drawing, PicturesAreCopiedPixelByPixelAndEnlargedInSquares) {
  Image picture(3, 2, 3);
  for (size_t i = 0; i < picture.pixels.size(); ++i) picture.pixels[i] = static_cast<uint8_t>(i * 13);
  Drawing drawing({.width = 12, .height = 8});
  drawing.picture(picture, {1, 1, 3, 2});
  drawing.picture(picture, {5, 3, 6, 4});
  const Image image = drawing.image();
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 3; ++x) {
      EXPECT_EQ(pixel(image, 1 + x, 1 + y), pixel(picture, x, y));
      EXPECT_EQ(pixel(image, 5 + 2 * x, 3 + 2 * y), pixel(picture, x, y));
      EXPECT_EQ(pixel(image, 6 + 2 * x, 4 + 2 * y), pixel(picture, x, y));
    }
  }
  EXPECT_EQ(pixel(image, 0, 1), kPaper);
  EXPECT_EQ(pixel(image, 4, 1), kPaper);
  EXPECT_EQ(pixel(image, 11, 3), kPaper);
}

TEST(Drawing, PicturesMayBeGreyOrHaveOpacity) {
  Image grey(1, 1, 1), see_through(1, 1, 4), grey_see_through(1, 1, 2);
  grey.pixels = {77};
  see_through.pixels = {255, 0, 0, 51};
  grey_see_through.pixels = {0, 102};
  Drawing drawing({.width = 3, .height = 1});
  drawing.picture(grey, {0, 0, 1, 1});
  drawing.picture(see_through, {1, 0, 1, 1});
  drawing.picture(grey_see_through, {2, 0, 1, 1});
  const Image image = drawing.image();
  EXPECT_EQ(pixel(image, 0, 0), (Colour{77, 77, 77}));
  EXPECT_EQ(pixel(image, 1, 0), (Colour{255, 204, 204}));
  EXPECT_EQ(pixel(image, 2, 0), (Colour{153, 153, 153}));
  EXPECT_THROW(drawing.picture(Image(), {0, 0, 1, 1}), std::invalid_argument);
}

TEST(Drawing, ShrunkPicturesAreAveraged) {
  Image stripes(8, 8, 1);
  for (size_t i = 0; i < stripes.pixels.size(); ++i) stripes.pixels[i] = i % 2 == 0 ? 0 : 200;
  Drawing drawing({.width = 2, .height = 2});
  drawing.picture(stripes, {0, 0, 2, 2});
  EXPECT_NEAR(pixel(drawing.image(), 1, 1)[0], 100, 30);
}

TEST(Drawing, TextBeginsIsCentredOrEndsAtItsPlace) {
  if (text_width("H", {}) == 0) GTEST_SKIP() << "no font is installed";
  const auto ink_of = [](TextAnchor anchor, bool is_upwards) {
    Drawing drawing({.width = 200, .height = 200});
    drawing.text({100, 100}, "HHH", {.size = 20, .anchor = anchor, .is_upwards = is_upwards});
    return drawn_part(drawing.image());
  };
  const double width = text_width("HHH", {.size = 20});
  const Rect start = ink_of(TextAnchor::kStart, false), middle = ink_of(TextAnchor::kMiddle, false);
  const Rect end = ink_of(TextAnchor::kEnd, false), upwards = ink_of(TextAnchor::kStart, true);
  EXPECT_NEAR(start.left, 100, 3);
  EXPECT_NEAR(start.left + start.width, 100 + width, 3);
  EXPECT_NEAR(middle.left + middle.width / 2.0, 100, 1.5);
  EXPECT_NEAR(end.left + end.width, 100, 3);
  EXPECT_NEAR(start.top + start.height / 2.0, 100, 1) << "a capital letter is centred on its line";
  EXPECT_NEAR(upwards.top + upwards.height, 100, 3);
  EXPECT_NEAR(upwards.left + upwards.width / 2.0, 100, 1);
  EXPECT_NEAR(upwards.height, start.width, 1);
}

TEST(Drawing, TextIsSmoothAndGrowsWithItsSize) {
  if (text_width("H", {}) == 0) GTEST_SKIP() << "no font is installed";
  EXPECT_NEAR(text_width("words", {.size = 33}), 3.3 * text_width("words", {.size = 10}), 0.01);
  EXPECT_GT(text_width("words", {.is_bold = true}), text_width("words", {}));
  Drawing drawing({.width = 60, .height = 40});
  drawing.text({10, 20}, "S", {.size = 30, .colour = {0, 0, 0}});
  const Image image = drawing.image();
  int between = 0;
  for (int i = 0; i < 60 * 40; ++i) {
    const uint8_t level = image.pixels[static_cast<size_t>(i) * 3];
    between += level > 20 && level < 235;
  }
  EXPECT_GT(between, 20);
}

TEST(Drawing, BytesThatAreNoTextAreQuestionMarks) {
  EXPECT_EQ(text_width("a\xff\x01z", {}), text_width("a??z", {}));
  EXPECT_EQ(text_width("\xef\xbf\xbe\xef\xb7\x90\xf4\x8f\xbf\xbf", {}), text_width("???", {})) << "noncharacters";
  Drawing drawing({.width = 60, .height = 40, .format = DrawingFormat::kSvg});
  drawing.text({10, 20}, "a\xff\x01<&", {});
  EXPECT_TRUE(text_of(drawing.file()).ends_with("</svg>\n"));
}

TEST(Drawing, KnowsWhichCharactersTheFontHas) {
  if (text_width("H", {}) == 0) GTEST_SKIP() << "no font is installed";
  EXPECT_TRUE(has_glyphs("abc"));
  EXPECT_FALSE(has_glyphs("a\xf3\xb0\x80\x80")) << "U+F0000 is for private use";
}

Drawing everything(DrawingFormat format) {
  Drawing drawing({.width = 100, .height = 50, .format = format});
  drawing.fill({1, 1, 5, 5}, {.colour = kRed, .opacity = 0.5});
  drawing.fill_polygon({{10, 10}, {20, 10}, {15, 20}}, {.colour = kBlue});
  drawing.fill_disc({30, 30}, 5, {});
  drawing.outline({40, 10, 10, 10}, {});
  drawing.picture(Image(4, 4, 3), {60, 10, 8, 8});
  drawing.text({60, 40}, "text", {});
  return drawing;
}

TEST(Drawing, TheSameCallsMakePngSvgAndPdf) {
  for (const auto& [format, begin] :
       {std::pair{DrawingFormat::kPng, "\x89PNG"}, std::pair{DrawingFormat::kSvg, "<?xml"},
        std::pair{DrawingFormat::kPdf, "%PDF-1"}}) {
    const std::vector<std::byte> file = everything(format).file();
    EXPECT_TRUE(text_of(file).starts_with(begin));
    EXPECT_EQ(text_of(file).find("CreationDate"), std::string_view::npos);
    // Cairo numbers the parts of all SVGs of a process.
    EXPECT_EQ(file == everything(format).file(), format != DrawingFormat::kSvg);
  }
}

TEST(Drawing, APngHasThePixelsOfItsImage) {
  Drawing drawing = everything(DrawingFormat::kPng);
  const Image image = drawing.image(), read = decode_stored(drawing.file());
  EXPECT_EQ(read.channels, 3);
  EXPECT_EQ(read.pixels, image.pixels);
  EXPECT_THROW(everything(DrawingFormat::kPdf).image(), std::invalid_argument);
}

TEST(Drawing, RefusesAPngOfMorePixelsThanCanBeDrawn) {
  EXPECT_THAT(test::error_of(ExitCode::kUsage, [] { Drawing({.width = 20000, .height = 10, .scale = 2}); }),
              testing::AllOf(testing::HasSubstr("40000 x 20"), testing::HasSubstr("PDF")));
  EXPECT_NO_THROW(Drawing({.width = 40000, .height = 10, .format = DrawingFormat::kPdf}));
}

TEST(Drawing, TakesTheFormatFromTheEndingInAnyCase) {
  EXPECT_EQ(drawing_format("a.png"), DrawingFormat::kPng);
  EXPECT_EQ(drawing_format("out.d/b.SVG"), DrawingFormat::kSvg);
  EXPECT_EQ(drawing_format("b.png.Pdf"), DrawingFormat::kPdf);
  for (const char* path : {"a.jpg", "png", "out.png/a", "a.", ""}) {
    EXPECT_THAT(test::error_of(ExitCode::kUsage, [&] { drawing_format(path); }),
                testing::AllOf(testing::StartsWith(path), testing::HasSubstr(".png, .svg or .pdf")));
  }
}

// Runs where fontconfig is configured to know no font; ends the process, which must not have asked it before.
[[noreturn]] void draw_without_fonts() {
  const test::TemporaryDirectory directory;
  std::ofstream(directory.file("fonts.conf")) << "<?xml version=\"1.0\"?><fontconfig></fontconfig>";
  setenv("FONTCONFIG_FILE", directory.file("fonts.conf").c_str(), 1);
  const ChartSheet sheet = {.title = "title", .charts = {{.x_label = "x", .series = {{"a", {0, 1}, {0, 1}}}}}};
  Drawing chart = draw_charts(sheet, DrawingFormat::kPng);
  const Image image = chart.image();
  const bool has_curve = count_colour(image, {0, 114, 178}) > 100;
  Drawing text({.width = 60, .height = 30});
  text.text({10, 15}, "words", {});
  const bool has_text = drawn_part(text.image()).width > 0 || text_width("words", {}) > 0 || has_glyphs("a");
  std::_Exit(has_curve && !has_text ? 0 : 1);
}

TEST(DrawingDeathTest, WithoutAFontChartsAreDrawnWithoutTextAndTheLogSaysSoOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // a new process, in which fontconfig has read nothing yet
  const auto tells_once = testing::ResultOf(
      [](const std::string& text) {
        const size_t first = text.find("no font is installed");
        return first != std::string::npos && text.find("no font is installed", first + 1) == std::string::npos;
      },
      true);
  EXPECT_EXIT(draw_without_fonts(), testing::ExitedWithCode(0), tells_once);
}

}  // namespace
}  // namespace itpn
