#include "itpn/io/metric_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace itpn {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(MetricRecords, KeepTheNumbersOfWholeLines) {
  const auto records = parse_metric_records("{\"step\":1,\"loss\":0.5,\"who\":\"me\",\"nan\":null}\n{\"step\":2,\"lo");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_THAT(records[0], ElementsAre(Pair("loss", 0.5), Pair("step", 1.0)));
}

TEST(MetricRecords, OfTextThatIsNoneAreEmpty) {
  for (const char* text : {"", "\n\n", "7\n", "[1]\n", "\"a\"", "{\"step\":", "\xff\xfe"}) {
    EXPECT_THAT(parse_metric_records(text), IsEmpty()) << text;
  }
}

TEST(MetricRecords, SurviveDeepNesting) {
  const auto records = parse_metric_records(std::string(100'000, '[') + "\n{\"step\":3}\n");
  ASSERT_EQ(records.size(), 1U);
}

}  // namespace
}  // namespace itpn
