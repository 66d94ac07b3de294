#include "itpn/tasks/use/predict_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

std::string refusal(const std::string& word, const std::string& output) {
  return test::error_of(ExitCode::kUsage, [&] { prediction_format(word, output); });
}

TEST(PredictionFormat, IsThatOfTheWordOrOfTheFile) {
  const test::TemporaryDirectory folder;
  EXPECT_EQ(prediction_format("", ""), PredictionFormat::kTable);
  EXPECT_EQ(prediction_format("json", ""), PredictionFormat::kJson);
  EXPECT_EQ(prediction_format("", "a/b.JSONL"), PredictionFormat::kJson);
  EXPECT_EQ(prediction_format("", "b.csv"), PredictionFormat::kCsv);
  EXPECT_EQ(prediction_format("", "b.json"), PredictionFormat::kCoco);
  EXPECT_EQ(prediction_format("coco", "b.json"), PredictionFormat::kCoco);
  EXPECT_EQ(prediction_format("json", "b.log"), PredictionFormat::kJson);
  EXPECT_EQ(prediction_format("", "labels/"), PredictionFormat::kYolo);
  EXPECT_EQ(prediction_format("", folder.path()), PredictionFormat::kYolo);
  EXPECT_EQ(prediction_format("yolo", "labels"), PredictionFormat::kYolo);
}

TEST(PredictionFormat, ContradictionsAreRefused) {
  EXPECT_THAT(refusal("json", "b.csv"), HasSubstr("-o b.csv and --format json contradict each other"));
  EXPECT_THAT(refusal("json", "b.json"), HasSubstr("contradict"));  // that is COCO's
  EXPECT_THAT(refusal("csv", "labels/"), HasSubstr("contradict"));
  EXPECT_THAT(refusal("yolo", "b.json"), HasSubstr("contradict"));
}

TEST(PredictionFormat, WhatNobodyKnowsIsRefused) {
  EXPECT_THAT(refusal("xml", ""), HasSubstr("--format xml: want table, json, csv, coco or yolo"));
  EXPECT_THAT(refusal("", "b.xml"), HasSubstr("-o b.xml: the name ends in"));
  EXPECT_THAT(refusal("yolo", ""), HasSubstr("-o DIR"));
}

}  // namespace
}  // namespace itpn
