#include "itpn/io/text_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace itpn {
namespace {

class TextLayout : public testing::Test {
 protected:
  void SetUp() override {
    if (text_width("H", {}) == 0) GTEST_SKIP() << "no font is installed";
  }
  double width(const std::string& words) const { return text_width(words, style_); }

  TextStyle style_;
};

TEST_F(TextLayout, KeepsWhatFits) {
  EXPECT_THAT(wrap_text("two words", width("two words") + 0.01, style_), testing::ElementsAre("two words"));
  EXPECT_THAT(wrap_text("", 10, style_), testing::ElementsAre(""));
}

TEST_F(TextLayout, BreaksAtSpacesFirst) {
  EXPECT_THAT(wrap_text("one-two three four", width("one-two three") + 0.01, style_),
              testing::ElementsAre("one-two three", "four"));
}

TEST_F(TextLayout, BreaksLongNamesAfterTheirSeparatorsElseAnywhere) {
  EXPECT_THAT(wrap_text("runs/base-seed1", width("runs/base-") + 0.01, style_),
              testing::ElementsAre("runs/base-", "seed1"));
  EXPECT_THAT(wrap_text("ääää", width("ää") + 0.01, style_), testing::ElementsAre("ää", "ää"));
  EXPECT_THAT(wrap_text("ab", 0, style_), testing::ElementsAre("a", "b")) << "a line holds at least one character";
}

TEST_F(TextLayout, NoLineIsWiderThanAsked) {
  const std::string words = "itpn-base-pixel-400e/blr1.5e-4 and somewordthatislongerthananylinemaybe, then more";
  for (const double most : {20.0, 60.0, 150.0}) {
    for (const std::string& line : wrap_text(words, most, style_)) EXPECT_LE(width(line), most) << line;
  }
}

TEST_F(TextLayout, CutsTheMiddleOutWithAnEllipsis) {
  EXPECT_EQ(elided_text("short", width("short") + 0.01, style_), "short");
  EXPECT_EQ(elided_text("itpn-base-seed1", width("itp…d1") + 0.01, style_), "itp…d1");
  EXPECT_EQ(elided_text("üxxü", width("ü…ü") + 0.01, style_), "ü…ü");
  EXPECT_EQ(elided_text("words", 0, style_), "…");
}

}  // namespace
}  // namespace itpn
