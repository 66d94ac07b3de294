#include "itpn/tasks/pretrain/reconstruct.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <fstream>

#include "itpn/config/config.h"
#include "itpn/core/errors.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/io/decode_image.h"
#include "itpn/io/png_writer.h"
#include "itpn/models/mim/mim_model.h"
#include "itpn/tasks/pretrain/pretrain_model.h"
#include "itpn/tasks/weights/model_card.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

constexpr int kGutter = 4;

PretrainConfig nano_config(const ImageSize& size = 32, int64_t channels = 3) {
  PretrainConfig config;
  config.model.preset = "itpn-nano";
  config.model.in_channels = config.data.channels = channels;
  config.data.image_size = size;
  settle_statistics(&config.data);
  return config;
}

// A run directory with one checkpoint of an untrained model, heads of masked feature modelling included; `weights` as
// in mim_config_of.
void make_run(const std::string& directory, const WeightSizes& weights = std::nullopt,
              const PretrainConfig& config = nano_config(), const std::string& kind = kPretrainedKind) {
  MimModel model(mim_config_of(config, weights), 1);
  StateTensors tensors;
  for (const auto& parameter : model->named_parameters()) {
    if (parameter->requires_grad()) tensors.model.emplace_back(parameter.key(), parameter.value());
  }
  for (const auto& buffer : model->named_buffers()) tensors.model.emplace_back(buffer.key(), buffer.value());
  tensors.optimizer.emplace_back("exp_avg/x", torch::zeros({1}));
  Progress progress;
  progress.config_toml = dump_config(config);
  progress.weights_metadata = to_metadata(model_card(kind, config.model, config.data, config.preprocess));
  const StateSnapshot snapshot = take_snapshot(tensors, progress);
  const std::vector<CheckpointFile> files = checkpoint_files(snapshot);
  CheckpointStore(posix_fs(), directory + "/checkpoints").save(3, files);
}

// A picture of vertical stripes.
std::string make_picture(const std::string& path, int width, int height) {
  Image image(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width * 3; ++x) image.row(y)[x] = static_cast<uint8_t>(x * 7 % 256);
  }
  write_file_atomically(posix_fs(), path, encode_png(image));
  return path;
}

Image read_png(const std::string& path) { return decode_rgb(read_file(posix_fs(), path)); }

class Reconstruct : public testing::Test {
 protected:
  Reconstruct() {
    make_run(directory_.path());
    request_.checkpoint = directory_.path();
    request_.output_dir = directory_.file("out");
    request_.images = {make_picture(directory_.file("a.png"), 50, 40)};
    request_.device = "cpu";
  }

  // The message of the error, which has to have this exit code.
  std::string failure(ExitCode code) {
    return test::error_of(code, [&] { reconstruct(request_); });
  }

  test::TemporaryDirectory directory_;
  ReconstructRequest request_;
};

TEST_F(Reconstruct, WritesARowForEachPictureAndAnOverview) {
  make_directories(posix_fs(), directory_.file("b"));
  request_.images.push_back(make_picture(directory_.file("b/a.png"), 33, 70));
  const ReconstructResult result = reconstruct(request_);
  ASSERT_EQ(result.pictures.size(), 2U);
  EXPECT_TRUE(result.pictures[0].ends_with("out/a.png"));
  EXPECT_TRUE(result.pictures[1].ends_with("out/a-2.png"));
  EXPECT_TRUE(result.checkpoint.ends_with("checkpoints/step-3")) << result.checkpoint;
  const Image row = read_png(result.pictures[0]);
  EXPECT_EQ(row.width, 4 * (32 + kGutter) + kGutter);
  EXPECT_EQ(row.height, 32 + 2 * kGutter);
  EXPECT_EQ(read_png(result.overview).height, 2 * row.height);
}

TEST_F(Reconstruct, DrawsGreyPicturesInTheShapeOfTheRun) {
  request_.checkpoint = directory_.file("grey");
  make_run(request_.checkpoint, std::nullopt, nano_config({32, 48}, 1));
  request_.images = {make_picture(directory_.file("c.png"), 64, 64)};
  const Image row = read_png(reconstruct(request_).pictures[0]);
  EXPECT_EQ(row.width, 4 * (48 + kGutter) + kGutter);
  EXPECT_EQ(row.height, 32 + 2 * kGutter);
  for (size_t i = 0; i < row.pixels.size(); i += 3) {
    ASSERT_TRUE(row.pixels[i] == row.pixels[i + 1] && row.pixels[i] == row.pixels[i + 2]) << i;
  }
}

TEST_F(Reconstruct, TakesFoldersOfPictures) {
  make_directories(posix_fs(), directory_.file("b"));
  make_picture(directory_.file("b/one.png"), 33, 70);
  make_picture(directory_.file("b/two.png"), 33, 70);
  request_.images = {directory_.file("b")};
  EXPECT_EQ(reconstruct(request_).pictures.size(), 2U);
}

TEST_F(Reconstruct, AModelOfAnotherKindIsNamed) {
  request_.checkpoint = directory_.file("other");
  make_run(request_.checkpoint, std::nullopt, nano_config(), "classifier");
  EXPECT_THAT(failure(ExitCode::kUsage),
              testing::HasSubstr("a classifier, which draws no pictures; name a run of itpn"));
}

TEST_F(Reconstruct, AFolderOfAModelHubIsNoCheckpoint) {
  const std::string weights = directory_.file("checkpoints/step-3/model.safetensors");
  make_directories(posix_fs(), directory_.file("hub"));
  write_file_atomically(posix_fs(), directory_.file("hub/model.safetensors"), read_text_file(posix_fs(), weights));
  request_.checkpoint = directory_.file("hub");
  EXPECT_THAT(failure(ExitCode::kCheckpoint), testing::HasSubstr("weights alone do not say how pictures were masked"));
}

TEST_F(Reconstruct, TakesPyramidAndDecoderFromTheCheckpointAndSaysWhatWasLoaded) {
  InferredSizes sizes;
  sizes.pyramid = {.num_outs = 3, .fpn_dim = 24, .fpn_depth = 2};
  sizes.decoder = DecoderConfig{.dim = 64, .depth = 2, .num_heads = 2};
  request_.checkpoint = directory_.file("other");
  make_run(request_.checkpoint, sizes);
  testing::internal::CaptureStderr();
  const size_t pictures = reconstruct(request_).pictures.size();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("weights loaded"));
  EXPECT_EQ(pictures, 1U);
}

TEST_F(Reconstruct, SameSeedSamePictureOtherSeedOtherMask) {
  const Image first = read_png(reconstruct(request_).pictures[0]);
  EXPECT_EQ(read_png(reconstruct(request_).pictures[0]).pixels, first.pixels);
  request_.seed = 5;
  EXPECT_NE(read_png(reconstruct(request_).pictures[0]).pixels, first.pixels);
}

TEST_F(Reconstruct, MaskRatioIsTheOneAskedFor) {
  request_.mask_ratio = 0.25;  // one of the four patches
  const Image row = read_png(reconstruct(request_).pictures[0]);
  int grey = 0;
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      const uint8_t* pixel = row.row(kGutter + y) + 3 * (32 + 2 * kGutter + x);
      grey += pixel[0] == 128 && pixel[1] == 128 && pixel[2] == 128;
    }
  }
  EXPECT_EQ(grey, 16 * 16);
}

TEST_F(Reconstruct, TakesACheckpointDirectoryToo) {
  request_.checkpoint = directory_.file("checkpoints/step-3");
  EXPECT_EQ(reconstruct(request_).pictures.size(), 1U);
}

TEST_F(Reconstruct, LeavesOutWhatCannotBeRead) {
  std::ofstream(directory_.file("bad.jpg")) << "no picture";
  request_.images = {directory_.file("bad.jpg"), request_.images[0], directory_.file("none.png")};
  const ReconstructResult result = reconstruct(request_);
  EXPECT_EQ(result.pictures.size(), 1U);
  ASSERT_EQ(result.unreadable.size(), 2U);
  EXPECT_EQ(result.unreadable[0].path, directory_.file("bad.jpg"));
  request_.images = {directory_.file("bad.jpg")};
  EXPECT_THAT(failure(ExitCode::kData), testing::HasSubstr("bad.jpg"));
}

TEST_F(Reconstruct, MistakesAreTheUsers) {
  request_.mask_ratio = 1.0;
  failure(ExitCode::kUsage);
  request_.mask_ratio.reset();
  request_.images.clear();
  EXPECT_THAT(failure(ExitCode::kUsage), testing::HasSubstr("no picture given"));
  request_.images = {"x.png"};
  request_.checkpoint = directory_.file("nowhere");
  EXPECT_THAT(failure(ExitCode::kCheckpoint), testing::HasSubstr("nowhere"));
  request_.checkpoint = directory_.file("weights.safetensors");
  write_file_atomically(posix_fs(), request_.checkpoint, std::string("weights"));
  EXPECT_THAT(failure(ExitCode::kCheckpoint), testing::HasSubstr("weights alone do not say how pictures were masked"));
}

}  // namespace
}  // namespace itpn
