#include "itpn/tasks/classify/predict_classes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "itpn/core/utf8.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

PredictedPicture picture(const std::string& path) { return {path, {{1, "caf\\xe9", 0.5}}, ""}; }

TEST(ClassText, NamesOfAnyBytesComeBackFromEveryFormat) {
  for (const std::string name : {"a\nb.png", "latin-\xe8.png", "latin-\xe9.png", "q\"u,o\"te.png", "back\\slash.png"}) {
    const std::string json = class_text(PredictionFormat::kJson).row(picture(name));
    EXPECT_EQ(name_of_printable(nlohmann::json::parse(json).at("path").get<std::string>()), name);
    const std::string csv = class_text(PredictionFormat::kCsv).row(picture(name));
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1) << name;
    EXPECT_TRUE(is_utf8(csv + class_text(PredictionFormat::kTable).row(picture(name))));
  }
}

TEST(ClassText, ClassNamesAreThoseOfTheWeights) {
  for (const PredictionFormat format : {PredictionFormat::kTable, PredictionFormat::kCsv}) {
    EXPECT_THAT(class_text(format).row(picture("a.png")), HasSubstr("caf\\xe9")) << static_cast<int>(format);
    EXPECT_THAT(class_text(format).row(picture("a.png")), ::testing::Not(HasSubstr("x5c"))) << static_cast<int>(format);
  }
}

}  // namespace
}  // namespace itpn
