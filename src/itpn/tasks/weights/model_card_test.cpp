#include "itpn/tasks/weights/model_card.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

Metadata written(const DataConfig& data) {
  ModelConfig model;
  model.preset = "itpn-nano";
  return to_metadata(model_card(kPretrainedKind, model, data, {}));
}

TEST(ModelCard, SaysHowItsPicturesWereRead) {
  for (const auto& [alpha, exif] :
       {std::pair{"white", "apply"}, std::pair{"drop", "ignore"}, std::pair{"black", "apply"}}) {
    DataConfig data;
    data.alpha = alpha;
    data.exif = exif;
    const ModelCard card = *card_in(written(data), "file");
    EXPECT_EQ(card.reading.alpha, alpha);
    EXPECT_EQ(card.reading.exif, exif);
  }
}

TEST(ModelCard, OfAnOlderVersionMeansThatTransparencyWasDroppedAndExifIgnored) {
  Metadata metadata = written({});
  ASSERT_EQ(metadata.erase("itpn.reading"), 1U);
  const ModelCard card = *card_in(metadata, "file");
  EXPECT_EQ(card.reading.alpha, "drop");
  EXPECT_EQ(card.reading.exif, "ignore");
}

TEST(ModelCard, AWordThatMakesNoSenseIsRefused) {
  Metadata metadata = written({});
  metadata["itpn.reading"] = "alpha = \"pink\"";
  EXPECT_THROW(card_in(metadata, "file"), Error);
}

TEST(ModelCard, OfADetectorIsAnEntryOfItsOwn) {
  ModelCard card;
  card.kind = kDetectorKind;
  card.detector = DetectorCard{kCascadeMaskRcnn, false, 480, 640};
  Metadata metadata = to_metadata(card);
  EXPECT_EQ(card_in(metadata, "file")->detector, card.detector);
  ASSERT_EQ(metadata.erase("itpn.detector"), 1U);
  EXPECT_FALSE(card_in(metadata, "file")->detector);
  metadata["itpn.detector"] = "type = \"oracle\"";
  EXPECT_THROW(card_in(metadata, "file"), Error);
}

}  // namespace
}  // namespace itpn
