#include "itpn/tasks/use/predict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "itpn/io/coco_json.h"
#include "itpn/io/png_writer.h"
#include "itpn/models/classification/classifier.h"
#include "itpn/tasks/detect/nano_detector_for_test.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

class PredictTest : public testing::Test {
 protected:
  void SetUp() override {
    test::write_nano_detector(detector_, {}, test::nano_detector_card());
    write_file_atomically(posix_fs(), directory_.file("pictures/a.png"), encode_png(test::blobs(100, 70, 0)));
    write_file_atomically(posix_fs(), directory_.file("pictures/c.png"), encode_png(test::blobs(60, 90, 2)));
  }
  PredictRequest request() const {
    PredictRequest request;
    request.model = {.weights = detector_, .device = "cpu"};
    request.pictures = {directory_.file("pictures")};
    request.format = PredictionFormat::kJson;
    request.objects.threshold = 0.2;
    return request;
  }
  std::string text_of(const PredictRequest& request, PredictSummary* summary = nullptr) const {
    std::string text;
    const PredictSummary told = predict(request, [&](const std::string& part) { text += part; });
    if (summary != nullptr) *summary = told;
    return text;
  }
  std::string refusal(const PredictRequest& request) const {
    return test::error_of(ExitCode::kUsage, [&] { text_of(request); });
  }
  struct Pictures : test::TemporaryDirectory {
    Pictures() { make_directories(posix_fs(), file("pictures")); }
  } directory_;
  const std::string detector_ = directory_.file("detector.safetensors");
};

TEST_F(PredictTest, TellsTheObjectsOfEachPicture) {
  std::istringstream lines(text_of(request()));
  std::string line;
  for (const char* name : {"a.png", "c.png"}) {
    ASSERT_TRUE(std::getline(lines, line));
    const nlohmann::json picture = nlohmann::json::parse(line);
    EXPECT_THAT(picture.at("file").get<std::string>(), ::testing::EndsWith(name));
    EXPECT_GT(picture.at("boxes").size(), 0U);
    EXPECT_EQ(picture.at("masks").size(), picture.at("boxes").size());
    for (const auto& score : picture.at("scores")) EXPECT_GT(score.get<double>(), 0.2);
  }
}

TEST_F(PredictTest, CountsPicturesThatCannotBeReadAndGoesOn) {
  write_file_atomically(posix_fs(), directory_.file("pictures/b.png"), std::string("no picture"));
  PredictSummary summary;
  const std::string text = text_of(request(), &summary);
  EXPECT_EQ(summary.predicted, 2);
  EXPECT_EQ(summary.unreadable, 1);
  EXPECT_THAT(text, HasSubstr("b.png\",\"error\":"));
}

TEST_F(PredictTest, WritesFilesAndDrawings) {
  PredictRequest asked = request();
  asked.format = PredictionFormat::kCoco;
  asked.output = directory_.file("out/found.json");
  asked.objects.draw_dir = directory_.file("drawn");
  asked.top = 3;
  EXPECT_EQ(text_of(asked), "");
  const CocoSet set = read_coco(posix_fs(), asked.output);
  ASSERT_EQ(set.images.size(), 2U);
  EXPECT_EQ(set.images[1].file_name, "c.png");
  EXPECT_EQ(set.annotations.size(), 6U);
  EXPECT_TRUE(exists(posix_fs(), directory_.file("drawn/a.png")));
  asked.format = PredictionFormat::kYolo;
  asked.output = directory_.file("labels");
  text_of(asked);
  EXPECT_TRUE(exists(posix_fs(), directory_.file("labels/c.txt")));
}

TEST_F(PredictTest, OfTilesFindsMoreThanOfTheWhole) {
  PredictRequest asked = request();
  asked.top = 1000;
  const auto objects_in = [&] {
    const std::string text = text_of(asked);
    return nlohmann::json::parse(text.substr(0, text.find('\n'))).at("boxes").size();
  };
  const size_t of_whole = objects_in();
  asked.objects.tiles = true;
  asked.objects.tile_size = 40;
  EXPECT_GT(objects_in(), of_whole);
  asked.objects.tile_size = 100;  // none is larger
  EXPECT_EQ(objects_in(), of_whole);
}

TEST_F(PredictTest, WhatMakesNoSenseIsRefused) {
  PredictRequest asked = request();
  asked.objects.threshold = 1.5;
  EXPECT_THAT(refusal(asked), HasSubstr("--threshold must be from 0 to 1"));
  asked = request();
  asked.objects.tile_size = 100;
  EXPECT_THAT(refusal(asked), HasSubstr("--tile-size is the size of --tiles"));
  asked = request();
  asked.pictures.clear();
  EXPECT_THAT(refusal(asked), HasSubstr("no picture given"));
  asked = request();
  asked.pictures = {directory_.file("empty")};
  make_directories(posix_fs(), asked.pictures[0]);
  EXPECT_THAT(test::error_of(ExitCode::kData, [&] { text_of(asked); }), HasSubstr("no picture"));
}

TEST_F(PredictTest, WishesForObjectsAreNotPassedOverByAClassifier) {
  const ClassifierConfig sizes{find_preset("itpn-nano").backbone, 2};
  write_weights_file(posix_fs(), directory_.file("classifier.safetensors"),
                     as_tensor_bytes(copy_to_host(named_weights(*Classifier(sizes, 0)))), {});
  PredictRequest plain = request();
  plain.model.weights = directory_.file("classifier.safetensors");
  plain.objects = {};
  EXPECT_THAT(text_of(plain), HasSubstr("probability"));
  PredictRequest asked = plain;
  asked.objects.tiles = true;
  EXPECT_THAT(refusal(asked), HasSubstr("a classifier, which finds no objects; --threshold, --tiles"));
  asked = plain;
  asked.objects.threshold = 0.5;
  EXPECT_THAT(refusal(asked), HasSubstr("for detectors"));
  asked = plain;
  asked.format = PredictionFormat::kCoco;
  EXPECT_THAT(refusal(asked), HasSubstr("for detectors"));
}

}  // namespace
}  // namespace itpn
