#include "itpn/io/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "itpn/core/philox.h"
#include "itpn/io/json_number.h"
#include "tests/support/error_of.h"

namespace itpn {
namespace {

using test::error_of;
using testing::HasSubstr;

double number_of(const std::string& text) {
  JsonReader reader(text, "f");
  const double value = reader.number();
  reader.end();
  return value;
}

std::string string_of(const std::string& text) {
  JsonReader reader(text, "f");
  return std::string(reader.string());
}

void skip_all(const std::string& text) {
  JsonReader reader(text, "f");
  reader.skip();
  reader.end();
}

std::string error_in(const std::string& text) {
  return error_of(ExitCode::kData, [&] { skip_all(text); });
}

TEST(JsonReader, GivesMembersAndItemsInTheirOrder) {
  JsonReader reader("\xEF\xBB\xBF {\"a\": [1, 2, [3]], \"b\" : {} , \"c\":true, \"d\":null, \"e\":\"x\"}\n", "f");
  std::string seen;
  reader.object([&](std::string_view key) {
    seen += key;
    if (key == "a") {
      reader.array([&] {
        if (reader.peek() == JsonKind::kNumber)
          seen += std::to_string(reader.integer());
        else
          reader.skip();
      });
    } else if (key == "c") {
      seen += reader.boolean() ? "yes" : "no";
    } else if (key == "e") {
      seen += reader.string();
    } else {
      reader.skip();
    }
  });
  reader.end();
  EXPECT_EQ(seen, "a12bcyesdex");
}

TEST(JsonReader, RoundsEachNumberToTheNearestDouble) {
  for (const char* text :
       {"0", "-0", "1", "-1.5", "0.1", "510.66", "1e22", "1e-22", "123456789012345678", "9007199254740993", "0.1e1",
        "1E+2", "2.2250738585072011e-308", "5e-324", "1.7976931348623157e308", "100000000000000000000000000000e-29",
        "0.000000000000000000000000000000000000001e39"}) {
    EXPECT_EQ(number_of(text), std::strtod(text, nullptr)) << text;
  }
  EXPECT_TRUE(std::signbit(number_of("-0.0")));
  RandomStream draws(5, Purpose::kTest, 0, 0);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = std::to_string(draws.integer(-1'000'000'000, 1'000'000'000)) + "." +
                             std::to_string(draws.integer(0, 99999999)) + "e" + std::to_string(draws.integer(-30, 30));
    EXPECT_EQ(number_of(text), std::strtod(text.c_str(), nullptr)) << text;
  }
}

TEST(JsonReader, TooSmallIsZeroAndTooLargeAnError) {
  EXPECT_EQ(number_of("1e-400"), 0.0);
  EXPECT_EQ(number_of("0." + std::string(400, '0') + "1"), 0.0);
  EXPECT_EQ(number_of("-1e-99999999999999999999"), 0.0);
  EXPECT_EQ(number_of("0e99999999999999999999"), 0.0);
  for (const std::string text : {"1e400", "-1e309", "1e99999999999999999999"}) {
    EXPECT_THAT(error_of(ExitCode::kData, [&] { number_of(text); }), HasSubstr("range of a double")) << text;
  }
  EXPECT_THAT(error_of(ExitCode::kData, [] { number_of(std::string(400, '9')); }), HasSubstr("range of a double"));
}

TEST(JsonReader, TakesWholeNumbersOf64Bits) {
  const auto whole = [](const std::string& text) { return JsonReader(text, "f").integer(); };
  EXPECT_EQ(whole("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(whole("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(whole("908400474295"), 908400474295);
  EXPECT_EQ(whole("3.0"), 3);
  EXPECT_EQ(whole("1e3"), 1000);
  for (const char* text : {"9223372036854775808", "1.5", "1e300", "1e16", "1e999"}) {
    EXPECT_THAT(error_of(ExitCode::kData, [&] { whole(text); }), HasSubstr("whole number")) << text;
  }
}

TEST(JsonReader, UnescapesTexts) {
  EXPECT_EQ(string_of(R"("a\"b\\c\/\b\f\n\r\t")"), "a\"b\\c/\b\f\n\r\t");
  EXPECT_EQ(string_of(R"("\u0041\u00e9\u20AC\ud83d\ude00")"), "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  EXPECT_EQ(string_of("\"\xC3\xA9\""), "\xC3\xA9");
  EXPECT_EQ(string_of(R"("")"), "");
}

TEST(JsonReader, RefusesWhatIsNoJson) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{\"a\" 1}",
                           "[1 2]",
                           "01",
                           "-",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "+1",
                           "0x1",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "tru",
                           "nul",
                           "truex",
                           "\"",
                           "\"\\",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\\ud800\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\udc00\"",
                           "\"\n\"",
                           "\"\xFF\"",
                           "[1]]",
                           "{} {}",
                           "'a'",
                           "// a\n1"}) {
    EXPECT_THAT(error_in(text), HasSubstr("f, line ")) << text;
  }
}

TEST(JsonReader, SaysLineAndColumn) {
  EXPECT_THAT(error_in("{\n  \"a\": 1,\n  \"b\": x\n}"), HasSubstr("f, line 3, column 8: not JSON: unexpected 'x'"));
  EXPECT_THAT(error_in("[1, 2"), HasSubstr("line 1, column 6: the file ends in the middle"));
  JsonReader reader("\n [true]", "f");
  EXPECT_THAT(error_of(ExitCode::kData, [&] { reader.array([&] { reader.number(); }); }),
              HasSubstr("line 2, column 3: wanted a number, got true or false"));
}

TEST(JsonReader, StopsAtDeepNesting) {
  EXPECT_NO_THROW(skip_all(std::string(200, '[') + std::string(200, ']')));
  EXPECT_THAT(error_in(std::string(100'000, '[')), HasSubstr("inside each other"));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_THAT(error_in(objects), HasSubstr("inside each other"));
}

}  // namespace
}  // namespace itpn
