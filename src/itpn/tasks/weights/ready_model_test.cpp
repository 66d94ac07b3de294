#include "itpn/tasks/weights/ready_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/engine/load_weights.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/weights_writer.h"
#include "itpn/models/classification/classifier.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

TEST(ReadyBackbone, SaysThatAClassifiersHeadWasLeftOut) {
  const test::TemporaryDirectory directory;
  const std::string path = directory.file("classifier.safetensors");
  const ClassifierConfig config{find_preset("itpn-nano").backbone, 2};
  write_weights_file(posix_fs(), path, as_tensor_bytes(copy_to_host(named_weights(*Classifier(config, 0)))), {});
  testing::internal::CaptureStderr();
  const ReadyBackbone backbone({.weights = path, .device = "cpu"});
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("head of a classifier"));
}

TEST(ReadyModel, ShowsPicturesInTheShapeAndTheColoursOfTheModel) {
  const test::TemporaryDirectory directory;
  const std::string path = directory.file("grey.safetensors");
  ModelConfig model;
  model.preset = "itpn-nano";
  model.in_channels = 1;
  DataConfig data;
  data.image_size = {32, 64};
  data.channels = 1;
  settle_statistics(&data);
  const ClassifierConfig config{resolve_model(model, data.image_size).backbone, 2};
  write_weights_file(posix_fs(), path, as_tensor_bytes(copy_to_host(named_weights(*Classifier(config, 0)))),
                     to_metadata(model_card(kClassifierKind, model, data, PreprocessConfig{})));
  const ReadyModel own({.weights = path, .device = "cpu"});
  EXPECT_EQ(own.image_size(), ImageSize(32, 64));
  EXPECT_EQ(own.transform()->channels(), 1);
  EXPECT_EQ(own.source().card.pictures.mean.size(), 1U);
  const ReadyModel asked({.weights = path, .device = "cpu", .image_size = ImageSize(48, 32)});
  EXPECT_EQ(asked.transform()->height(), 48);
  EXPECT_EQ(asked.transform()->width(), 32);
}

TEST(ModelCard, ASquareIsWrittenAsOneNumberForOlderReaders) {
  DataConfig data;
  EXPECT_THAT(to_metadata(model_card(kClassifierKind, {}, data, {})).at("itpn.model"),
              testing::HasSubstr("image_size = 128\n"));
  data.image_size = {96, 160};
  const Metadata shaped = to_metadata(model_card(kClassifierKind, {}, data, {}));
  EXPECT_EQ(card_in(shaped, "file")->pictures.image_size, ImageSize(96, 160));
}

}  // namespace
}  // namespace itpn
