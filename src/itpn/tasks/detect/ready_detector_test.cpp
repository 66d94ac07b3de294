#include "itpn/tasks/detect/ready_detector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/io/png_writer.h"
#include "itpn/tasks/detect/nano_detector_for_test.h"
#include "itpn/tasks/features/embed.h"
#include "itpn/tasks/weights/convert.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using test::NanoDetector;
using ::testing::HasSubstr;

class ReadyDetectorTest : public testing::Test {
 protected:
  ModelRequest request() const { return {.weights = path_, .device = "cpu"}; }
  ReadyDetector load() const { return ReadyDetector(find_model(request()), request()); }
  test::TemporaryDirectory directory_;
  const std::string path_ = directory_.file("detector.safetensors");
};

TEST_F(ReadyDetectorTest, IsAsItsCardSays) {
  for (const bool is_cascade : {false, true}) {
    const NanoDetector nano = {.is_cascade = is_cascade, .has_masks = !is_cascade};
    test::write_nano_detector(path_, nano, test::nano_detector_card(nano));
    ReadyDetector detector = load();
    EXPECT_EQ(detector.source().card.kind, "detector");
    EXPECT_THAT(detector.class_names(), testing::ElementsAre("class a", "class b", "class c"));
    EXPECT_EQ(detector.test_size().short_side, 64);
    EXPECT_EQ(detector.test_size().longest_side, 112);
    EXPECT_EQ(detector.has_masks(), !is_cascade);
    EXPECT_EQ(detector.detect(test::blobs(100, 70, 0)).has_masks(), !is_cascade);
  }
}

TEST_F(ReadyDetectorTest, FindsWhatTheModelItselfFinds) {
  test::write_nano_detector(path_, {}, test::nano_detector_card());
  const Image picture = test::blobs(100, 70, 1);
  PictureDetector own(test::nano_detector(), {}, torch::kCPU);
  ReadyDetector ready = load();
  const FoundPicture found = ready.detect(picture),
                     expected = own.detect(make_test_batch({picture}, ready.test_size()))[0];
  ASSERT_GT(found.count(), 3U);
  EXPECT_EQ(found.boxes, expected.boxes);
  EXPECT_EQ(found.scores, expected.scores);
  EXPECT_TRUE(torch::equal(found.masks, expected.masks));
}

TEST_F(ReadyDetectorTest, WithoutACardIsKnownByItsHeads) {
  for (const std::string prefix : {"", "module."}) {
    test::write_nano_detector(path_, {.classes = 4, .is_cascade = true}, {}, prefix);
    const ModelSource source = find_model(request());
    EXPECT_EQ(source.card.kind, "detector");
    EXPECT_EQ(source.card.detector, (DetectorCard{kCascadeMaskRcnn, true, 800, 1333}));
    EXPECT_THAT(source.card.class_names, testing::ElementsAre("0", "1", "2", "3"));
    EXPECT_EQ(source.card.reading.exif, "apply");
    ReadyDetector detector(source, {.weights = path_, .device = "cpu", .image_size = ImageSize(64)});
    EXPECT_GT(detector.detect(test::blobs(100, 70, 0)).count(), 0U);
  }
}

TEST_F(ReadyDetectorTest, HasTheNamesOfCocoWhereItHasEightyClassesAndNoCard) {
  test::write_nano_detector(path_, {.classes = 80}, {});
  const ModelSource source = find_model(request());
  ASSERT_EQ(source.card.class_names.size(), 80U);
  EXPECT_EQ(source.card.class_names[0], "person");
  EXPECT_EQ(source.card.class_names[79], "toothbrush");
}

TEST_F(ReadyDetectorTest, LooksAtPicturesInTheSizeThatIsAskedFor) {
  test::write_nano_detector(path_, {}, {});
  const ModelSource source = find_model(request());
  ModelRequest asked = request();
  asked.image_size = ImageSize(400);
  EXPECT_EQ(ReadyDetector(source, asked).test_size().short_side, 400);
  EXPECT_EQ(ReadyDetector(source, asked).test_size().longest_side, 666);  // 400 x 1333 / 800
  asked.image_size = ImageSize(640, 480);
  EXPECT_EQ(ReadyDetector(source, asked).test_size().short_side, 480);
  EXPECT_EQ(ReadyDetector(source, asked).test_size().longest_side, 640);
}

TEST_F(ReadyDetectorTest, TellsAsManyObjectsAsAreAskedFor) {
  test::write_nano_detector(path_, {}, test::nano_detector_card());
  const Image picture = test::blobs(100, 70, 0);
  ReadyDetector few(find_model(request()), request(), {.most = 2});
  EXPECT_EQ(few.detect(picture).count(), 2U);
  ReadyDetector sure(find_model(request()), request(), {.least_score = 0.5});
  for (const float score : sure.detect(picture).scores) EXPECT_GT(score, 0.5F);
}

TEST_F(ReadyDetectorTest, RunsWithShorterFloats) {
  test::write_nano_detector(path_, {}, test::nano_detector_card());
  ModelRequest asked = request();
  asked.precision = "bf16";
  ReadyDetector detector(find_model(asked), asked);
  EXPECT_GT(detector.detect(test::blobs(100, 70, 0)).count(), 0U);
}

TEST_F(ReadyDetectorTest, RefusesAFileThatLacksAPart) {
  NamedTensors tensors = copy_to_host(named_weights(*test::nano_detector()));
  std::erase_if(tensors, [](const auto& item) { return item.first == "roi_head.bbox_head.fc_reg.bias"; });
  write_weights_file(posix_fs(), path_, as_tensor_bytes(tensors), test::nano_detector_card());
  EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { load(); }),
              HasSubstr("roi_head.bbox_head.fc_reg.bias: missing"));
  std::erase_if(tensors, [](const auto& item) { return !item.first.starts_with("backbone."); });
  write_weights_file(posix_fs(), path_, as_tensor_bytes(tensors), test::nano_detector_card());
  EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { load(); }), HasSubstr("a detector's heads are missing"));
}

TEST_F(ReadyDetectorTest, IsTheSameAfterItWasConverted) {
  test::write_nano_detector(path_, {.is_cascade = true}, test::nano_detector_card({.is_cascade = true}));
  const std::string pth = directory_.file("b.pth"), back = directory_.file("c.safetensors");
  convert_weights({.input = path_, .output = pth});
  convert_weights({.input = pth, .output = back});
  EXPECT_EQ(read_text_file(posix_fs(), back), read_text_file(posix_fs(), path_));
  const Image picture = test::blobs(100, 70, 1);
  const ModelRequest converted = {.weights = pth, .device = "cpu"};
  ReadyDetector other(find_model(converted), converted);
  EXPECT_EQ(other.class_names().size(), 3U);
  EXPECT_EQ(other.detect(picture).boxes, load().detect(picture).boxes);
}

TEST_F(ReadyDetectorTest, FeaturesOfItsBackboneAreEmbedded) {
  test::write_nano_detector(path_, {}, test::nano_detector_card());
  write_file_atomically(posix_fs(), directory_.file("a.png"), encode_png(test::blobs(100, 70, 1)));
  for (const std::string level : {"pooled", "p3"}) {
    const EmbedResult result = embed({.model = request(),
                                      .pictures = {directory_.file("a.png")},
                                      .level = level,
                                      .format = "",
                                      .output = directory_.file("f.csv")});
    EXPECT_EQ(result.shape[0], 1);
    EXPECT_TRUE(result.unreadable.empty());
  }
}

TEST_F(ReadyDetectorTest, GivesItsBackboneAndPyramidToOtherUses) {
  test::write_nano_detector(path_, {}, {});
  const ReadyBackbone backbone(request());
  EXPECT_THAT(backbone.level_names(), testing::ElementsAre("p2", "p3", "p4"));
  EXPECT_EQ(sizes_of_weights(path_).preset, "itpn-nano");
}

}  // namespace
}  // namespace itpn
