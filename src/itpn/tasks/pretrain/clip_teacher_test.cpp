#include "itpn/tasks/pretrain/clip_teacher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>

#include "itpn/core/errors.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/weights_writer.h"
#include "tests/support/error_of.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

ClipVisionConfig small_sizes() {
  ClipVisionConfig sizes;
  sizes.width = 128;
  sizes.num_heads = 2;
  sizes.depth = 2;
  sizes.mlp_width = 96;
  sizes.output_dim = 20;
  sizes.patch_size = 8;
  sizes.grid = 4;
  return sizes;
}

ClipVision random_tower() {
  torch::manual_seed(0);
  const torch::NoGradGuard no_grad;
  ClipVision tower(small_sizes());
  for (torch::Tensor& parameter : tower->parameters()) parameter.normal_(0.0, 0.2);
  return tower;
}

// The tower as a file with these names; `to` is put around each name.
void write_tower(const std::string& path, const ClipVision& tower, const ClipFileLayout& layout,
                 const std::string& before = "", torch::ScalarType type = torch::kFloat32) {
  NamedTensors tensors;
  for (const auto& [name, tensor] : named_as_in_file(*tower, layout)) {
    tensors.emplace_back(before + name, tensor.detach().to(type).contiguous());
  }
  write_weights_file(posix_fs(), path, as_tensor_bytes(tensors), {});
}

TEST(LoadClipVision, ReadsTheSameTowerFromEveryKindOfFile) {
  const test::TemporaryDirectory folder;
  const ClipVision tower = random_tower();
  const std::vector<std::pair<ClipFileLayout, std::string>> kinds = {
      {{ClipNaming::kOpenAi, "visual.", {}}, ""},
      {{ClipNaming::kOpenAi, "", {}}, ""},
      {{ClipNaming::kOpenAi, "visual.", {}}, "module."},
      {{ClipNaming::kHuggingFace, "vision_model.", {}}, ""}};
  for (const char* end : {".safetensors", ".pth"}) {
    for (const auto& [layout, before] : kinds) {
      const std::string path = folder.file("tower") + end;
      write_tower(path, tower, layout, before);
      const ClipVision read = load_clip_vision(path);
      EXPECT_EQ(read->config.output_dim, 20);
      EXPECT_EQ(read->config.num_heads, 2);
      for (const auto& item : tower->named_parameters()) {
        EXPECT_TRUE(read->named_parameters()[item.key()].equal(item.value())) << path << before << item.key();
        EXPECT_FALSE(read->named_parameters()[item.key()].requires_grad());
      }
    }
  }
}

TEST(LoadClipVision, SaysInOneLineThatAllWasLoaded) {
  const test::TemporaryDirectory folder;
  const std::string path = folder.file("tower.safetensors");
  write_tower(path, random_tower(), {ClipNaming::kOpenAi, "", {}});
  testing::internal::CaptureStderr();
  load_clip_vision(path);
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_THAT(lines, HasSubstr("weights loaded"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1) << lines;
}

TEST(LoadClipVision, ReadsHalfPrecisionIntoSingle) {
  const test::TemporaryDirectory folder;
  const ClipVision tower = random_tower();
  const std::string path = folder.file("half.safetensors");
  write_tower(path, tower, {ClipNaming::kOpenAi, "visual.", {}}, "", torch::kFloat16);
  const ClipVision read = load_clip_vision(path);
  EXPECT_EQ(read->proj.scalar_type(), torch::kFloat32);
  EXPECT_TRUE(read->proj.allclose(tower->proj, 1e-3, 1e-4));
}

TEST(LoadClipVision, ReadsTheTorchScriptArchiveOfTheReferenceValues) {
  const auto archive = test::shared_path("reference/fixtures/clip_teacher_fp16.pt");
  if (!archive) GTEST_SKIP() << "needs ../shared/reference/fixtures";
  const ClipVision read = load_clip_vision(*archive);
  EXPECT_EQ(read->config.width % 64, 0);
  EXPECT_EQ(read->conv1_weight.scalar_type(), torch::kFloat32);
}

// The complaint about a file, which has to have this exit code.
std::string complaint(const std::string& path, ExitCode code) {
  return test::error_of(code, [&] { load_clip_vision(path); });
}

TEST(LoadClipVision, TellsWhatIsWrongAndWhatIsWanted) {
  const test::TemporaryDirectory folder;
  EXPECT_THAT(complaint("", ExitCode::kUsage), HasSubstr("teacher.weights"));
  EXPECT_THAT(complaint(folder.file("absent.pt"), ExitCode::kInputOutput), HasSubstr("ViT-B-16.pt"));
  const std::vector<float> values(8);
  const auto write = [&](const std::string& name, const std::vector<int64_t>& shape) {
    const TensorBytes one{name, DType::kF32, shape, std::as_bytes(std::span(values))};
    write_weights_file(posix_fs(), folder.file("other.safetensors"), {&one, 1}, {});
    return complaint(folder.file("other.safetensors"), ExitCode::kCheckpoint);
  };
  EXPECT_THAT(write("visual.layer1.0.conv1.weight", {2, 1, 2, 2}), HasSubstr("residual network"));
  EXPECT_THAT(write("visual.class_embedding", {8}), HasSubstr("visual.conv1.weight"));
  EXPECT_THAT(write("head.weight", {8}), HasSubstr("ViT-L-14.pt"));
}

HostBatch second_views(int64_t size) {
  HostBatch batch;
  batch.count = 2;
  batch.second_height = batch.second_width = size;
  batch.second_pixels.resize(static_cast<size_t>(2 * size * size * 3));
  for (size_t i = 0; i < batch.second_pixels.size(); ++i) batch.second_pixels[i] = static_cast<uint8_t>(i * 37 % 251);
  return batch;
}

TEST(ClipTeacher, TargetsHaveMeanZeroAndDeviationOneInEachToken) {
  const test::TemporaryDirectory folder;
  TeacherConfig config;
  config.weights = folder.file("tower.safetensors");
  config.precision = "fp32";
  write_tower(config.weights, random_tower(), {ClipNaming::kOpenAi, "visual.", {}});
  ClipTeacher teacher(config, torch::kCPU);
  const torch::Tensor targets = teacher.targets(second_views(32));
  EXPECT_EQ(targets.sizes(), (std::vector<int64_t>{2, 16, 20}));
  EXPECT_LT(targets.mean(-1).abs().max().item<double>(), 1e-5);
  EXPECT_TRUE(targets.var(-1, /*unbiased=*/false).allclose(torch::ones({2, 16}), 1e-2, 1e-2));
  config.precision = "bf16";
  // bf16 keeps 8 bits; two blocks and a norm multiply its rounding by no more than about ten.
  EXPECT_LT((ClipTeacher(config, torch::kCPU).targets(second_views(32)) - targets).abs().mean().item<double>(), 0.05);
  config.halve_contrast = false;
  EXPECT_GT((ClipTeacher(config, torch::kCPU).targets(second_views(32)) - targets).abs().mean().item<double>(), 0.05);
}

TEST(ClipTeacher, CachedFeaturesAreThoseThatWereComputed) {
  const test::TemporaryDirectory folder;
  TeacherConfig config;
  config.weights = folder.file("tower.safetensors");
  config.image_size = 32;
  config.cache_dir = folder.file("cache");
  write_tower(config.weights, random_tower(), {ClipNaming::kOpenAi, "visual.", {}});
  identify_teacher(&config);
  const torch::Tensor computed = ClipTeacher(config, torch::kCPU).targets(second_views(32));
  ClipTeacher again(config, torch::kCPU);
  EXPECT_TRUE(again.targets(second_views(32)).equal(computed));
  HostBatch other = second_views(32);
  other.second_pixels[5] ^= 64;
  EXPECT_FALSE(again.targets(other).equal(computed));
}

TEST(ClipTeacher, WantsTheStudentsNumberOfPatches) {
  const test::TemporaryDirectory folder;
  TeacherConfig config;
  config.weights = folder.file("tower.safetensors");
  config.image_size = 40;
  write_tower(config.weights, random_tower(), {ClipNaming::kOpenAi, "visual.", {}});
  const ClipTeacher teacher(config, torch::kCPU);
  EXPECT_NO_THROW(teacher.require_grid({5, 5}));
  EXPECT_THROW(teacher.require_grid({4, 4}), Error);
}

TEST(IdentifyTeacher, WritesDownTheFileAndRefusesAnother) {
  const test::TemporaryDirectory folder;
  TeacherConfig config;
  config.weights = folder.file("tower.safetensors");
  write_tower(config.weights, random_tower(), {ClipNaming::kOpenAi, "visual.", {}});
  identify_teacher(&config);
  EXPECT_EQ(config.sha256.size(), 64U);
  EXPECT_NO_THROW(identify_teacher(&config));
  config.sha256[0] = config.sha256[0] == 'a' ? 'b' : 'a';
  EXPECT_THROW(identify_teacher(&config), Error);
}

}  // namespace
}  // namespace itpn
