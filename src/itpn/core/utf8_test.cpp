#include "itpn/core/utf8.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

using namespace std::string_literals;

TEST(Utf8, TakesTheFirstAndLastCharacterOfEachLength) {
  for (const std::string& text : {""s, "\0"s, "\x7f"s, "\xc2\x80"s, "\xdf\xbf"s, "\xe0\xa0\x80"s, "\xed\x9f\xbf"s,
                                  "\xee\x80\x80"s, "\xef\xbf\xbf"s, "\xf0\x90\x80\x80"s, "\xf4\x8f\xbf\xbf"s}) {
    EXPECT_TRUE(is_utf8("a" + text + "z")) << printable_bytes(text);
  }
}

TEST(Utf8, RefusesWhatIsMalformedOrNoCharacter) {
  for (const std::string& text :
       {"\x80"s, "\xc1\xbf"s, "\xc2"s, "\xc2z"s, "\xe0\x9f\xbf"s, "\xed\xa0\x80"s, "\xe1\x80"s, "\xf0\x8f\xbf\xbf"s,
        "\xf4\x90\x80\x80"s, "\xf8\x88\x80\x80\x80"s, "\xff"s}) {
    EXPECT_FALSE(is_utf8("a" + text)) << printable_bytes(text);
  }
}

TEST(Utf8, ShowsForeignBytesAsNumbersAndLongTextsCut) {
  EXPECT_EQ(printable_bytes("a b\xff\n"), "a b\\xff\\x0a");
  EXPECT_EQ(printable_bytes(std::string(100, 'x')), std::string(80, 'x') + "...");
}

TEST(PrintableName, ComesBackFromOneLineOfUtf8) {
  for (const std::string& name :
       {"plain.png"s, "new\nline\r.png"s, "latin-\xe9.png"s, "a,b \"c\";\td.png"s, "back\\slash.png"s, "\\x41.png"s,
        "line\xe2\x80\xa8separator"s, "next\xc2\x85line"s, "caf\xc3\xa9.png"s, "\\"s, "\0"s, ""s}) {
    const std::string shown = printable_name(name);
    EXPECT_TRUE(is_utf8(shown));
    EXPECT_EQ(shown.find_first_of("\n\r\t"), std::string::npos);
    EXPECT_EQ(name_of_printable(shown), name) << shown;
  }
  EXPECT_EQ(printable_name("caf\xc3\xa9 \"1\".png"), "caf\xc3\xa9 \"1\".png");
  EXPECT_EQ(printable_name("latin-\xe9\\.png"), "latin-\\xe9\\x5c.png");
}

TEST(PrintableName, ABackslashThatBeginsNoByteIsItself) {
  for (const std::string& text : {"a\\b"s, "a\\x4"s, "a\\xZZ"s, "a\\x4G"s, "a\\xE9"s, "a\\"s}) {
    EXPECT_EQ(name_of_printable(text), text);
  }
}

}  // namespace
}  // namespace itpn
