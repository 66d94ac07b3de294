#include "itpn/core/text_layout.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

TEST(WrapWords, BreaksBetweenWordsAtTheGivenColumn) {
  EXPECT_EQ(wrap_words("one two three", 7), "one two\nthree");
  EXPECT_EQ(wrap_words("one two three", 6), "one\ntwo\nthree");
  EXPECT_EQ(wrap_words("one  two", 80), "one two");
  EXPECT_EQ(wrap_words("", 80), "");
}

TEST(WrapWords, IndentsLaterLinesAndCountsWhatTheFirstHolds) {
  EXPECT_EQ(wrap_words("alpha beta gamma", 12, 3, 4), "alpha\n   beta\n   gamma");
  EXPECT_EQ(wrap_words("  alpha beta", 9, 4), "  alpha\n    beta");
}

TEST(WrapWords, NeverCutsAWord) {
  EXPECT_EQ(wrap_words("a /a/very/long/path b", 8), "a\n/a/very/long/path\nb");
  EXPECT_EQ(wrap_words("/a/very/long/path", 4, 2), "/a/very/long/path");
}

TEST(WrapWords, CountsCharactersNotBytes) { EXPECT_EQ(wrap_words("épée été", 8), "épée été"); }

}  // namespace
}  // namespace itpn
