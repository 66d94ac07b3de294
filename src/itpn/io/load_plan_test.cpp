#include "itpn/io/load_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"

namespace itpn {
namespace {

using Side = ExpectedAbsence::Side;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TensorInfo tensor(const std::string& name, std::vector<int64_t> shape, DType dtype = DType::kF32) {
  return {name, dtype, std::move(shape), 0, 0};
}

TEST(MatchesPattern, StarsStandForAnyText) {
  EXPECT_TRUE(matches_pattern("head.weight", "head.*"));
  EXPECT_TRUE(matches_pattern("blocks.3.attn.table", "*.table"));
  EXPECT_TRUE(matches_pattern("ababc", "*abc"));
  EXPECT_TRUE(matches_pattern("", "*"));
  EXPECT_FALSE(matches_pattern("fc_head.weight", "head.*"));
  EXPECT_FALSE(matches_pattern("head", "head.*"));
  EXPECT_FALSE(matches_pattern("table.x", "*.table"));
}

TEST(LoadPlan, EveryTensorOfBothSidesIsInOneList) {
  const std::vector<TensorInfo> file = {tensor("a", {2}), tensor("decoder.x", {1}), tensor("odd", {3}),
                                        tensor("wide", {4})};
  const std::vector<TensorInfo> model = {tensor("a", {2}), tensor("head.w", {2}), tensor("lost", {1}),
                                         tensor("wide", {5})};
  LoadRules rules;
  rules.expected = {{Side::kFileOnly, {"decoder.*"}, "decoder"}, {Side::kModelOnly, {"head.*"}, "new head"}};
  const LoadReport report = plan_load(file, model, rules).report;
  EXPECT_THAT(report.loaded, ElementsAre("a"));
  ASSERT_EQ(report.absent.size(), 2u);
  EXPECT_EQ(report.absent[0].name, "head.w");
  EXPECT_FALSE(report.absent[0].is_in_file);
  EXPECT_EQ(report.absent[1].reason, "decoder");
  EXPECT_THAT(report.unexpected, ElementsAre("lost: missing in the file", "wide: wanted shape [5], the file has [4]",
                                             "odd: in the file only"));
  const std::string message = test::error_of(ExitCode::kCheckpoint, [&] { require_fit(report, rules); });
  for (const std::string& line : report.unexpected) EXPECT_THAT(message, HasSubstr(line));
  rules.allow_partial = true;
  EXPECT_NO_THROW(require_fit(report, rules));
}

TEST(LoadPlan, AGroupThatIsThereInPartIsNoExpectedAbsence) {
  const std::vector<TensorInfo> file = {tensor("head.w", {2})};
  const std::vector<TensorInfo> model = {tensor("head.w", {2}), tensor("head.b", {2})};
  LoadRules rules;
  rules.expected = {{Side::kModelOnly, {"head.*"}, "new head"}};
  EXPECT_THAT(plan_load(file, model, rules).report.unexpected, ElementsAre("head.b: missing in the file"));
}

TEST(LoadPlan, OtherShapesNeedAReason) {
  const std::vector<TensorInfo> file = {tensor("head.w", {1000, 4})}, model = {tensor("head.w", {10, 4})};
  LoadRules rules;
  EXPECT_EQ(plan_load(file, model, rules).report.unexpected.size(), 1u);
  rules.expected = {{Side::kOtherShape, {"head.w"}, "other classes"}};
  const LoadReport report = plan_load(file, model, rules).report;
  EXPECT_TRUE(report.unexpected.empty());
  EXPECT_THAT(report.absent.at(0).reason, HasSubstr("other classes (wanted shape [10, 4], the file has [1000, 4])"));
}

TEST(LoadPlan, ResizesSquareTablesOnly) {
  const std::vector<TensorInfo> file = {
      tensor("absolute_pos_embed", {1, 196, 8}), tensor("blocks.0.attn.relative_position_bias_table", {729, 2}),
      tensor("x.absolute_pos_embed", {1, 195, 8}), tensor("y.absolute_pos_embed", {1, 196, 8})};
  const std::vector<TensorInfo> model = {
      tensor("absolute_pos_embed", {1, 256, 8}), tensor("blocks.0.attn.relative_position_bias_table", {961, 2}),
      tensor("x.absolute_pos_embed", {1, 256, 8}), tensor("y.absolute_pos_embed", {1, 256, 9})};
  const LoadPlan plan = plan_load(file, model, {});
  ASSERT_EQ(plan.loads.size(), 2u);
  EXPECT_EQ(plan.loads[0].action, LoadAction::kResizePositions);
  EXPECT_EQ(plan.loads[1].action, LoadAction::kResizeBias);
  EXPECT_EQ(plan.report.reshaped.size(), 2u);
  EXPECT_EQ(plan.report.unexpected.size(), 2u);
}

TEST(LoadPlan, FloatingTypesConvertAndOthersDoNot) {
  const std::vector<TensorInfo> file = {tensor("half", {1}, DType::kF16), tensor("index", {1}, DType::kF32)};
  const std::vector<TensorInfo> model = {tensor("half", {1}), tensor("index", {1}, DType::kI64)};
  const LoadReport report = plan_load(file, model, {}).report;
  EXPECT_THAT(report.loaded, ElementsAre("half"));
  EXPECT_THAT(report.unexpected, ElementsAre("index: wanted I64, the file has F32"));
}

}  // namespace
}  // namespace itpn
