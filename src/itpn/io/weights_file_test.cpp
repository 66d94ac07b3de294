#include "itpn/io/weights_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/io/little_endian.h"
#include "itpn/io/safetensors.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

class WeightsFileTest : public testing::Test {
 protected:
  // A .safetensors file of these names, each one float with the value of its place.
  std::string write(const std::vector<std::string>& names) {
    std::vector<float> values(names.size());
    std::vector<TensorBytes> tensors;
    for (size_t i = 0; i < names.size(); ++i) {
      values[i] = static_cast<float>(i);
      tensors.push_back({names[i], DType::kF32, {1}, std::as_bytes(std::span(&values[i], 1))});
    }
    std::string content;
    write_safetensors(
        [&](std::span<const std::byte> piece) {
          content.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        },
        tensors, {{"format", "pt"}});
    write_file_atomically(posix_fs(), path_, content);
    return path_;
  }
  float value(WeightsFile& file, const TensorInfo& tensor) {
    float result = -1;
    file.read(tensor, std::as_writable_bytes(std::span(&result, 1)));
    return result;
  }
  test::TemporaryDirectory directory_;
  const std::string path_ = directory_.file("w.safetensors");
};

const NameTest kIsBlock = [](const std::string& name) { return name.starts_with("blocks."); };

TEST_F(WeightsFileTest, TakesOffTheChainOfPrefixesThatTheModelWants) {
  WeightsFile file(posix_fs(), write({"module.backbone.blocks.0", "module.backbone.blocks.1", "module.head"}));
  EXPECT_EQ(file.strip_prefix(kIsBlock), "module.backbone.");
  ASSERT_NE(file.find("blocks.1"), nullptr);
  EXPECT_EQ(value(file, *file.find("blocks.1")), 1.0F);
  ASSERT_EQ(file.outside().size(), 1u);
  EXPECT_EQ(file.outside()[0].name, "module.head");
  EXPECT_EQ(value(file, file.outside()[0]), 2.0F);
}

TEST_F(WeightsFileTest, KeepsNamesThatFitAsTheyAre) {
  WeightsFile file(posix_fs(), write({"blocks.0", "blocks.1", "encoder.blocks.0"}));
  EXPECT_EQ(file.strip_prefix(kIsBlock), "");
  EXPECT_EQ(file.tensors().size(), 3u);
  EXPECT_EQ(file.metadata().at("format"), "pt");
  EXPECT_EQ(file.format(), WeightsFormat::kSafetensors);
}

TEST_F(WeightsFileTest, TakesWrappersOutOfTheMiddleUnlessNamesWouldMeet) {
  WeightsFile file(posix_fs(), write({"module.blocks.0._orig_mod.w", "module.blocks.1.w"}));
  EXPECT_EQ(file.strip_prefix(kIsBlock), "module.");
  EXPECT_NE(file.find("blocks.0.w"), nullptr);
  WeightsFile both(posix_fs(), write({"blocks.0._orig_mod.w", "blocks.0.w"}));
  both.strip_prefix(kIsBlock);
  EXPECT_NE(both.find("blocks.0._orig_mod.w"), nullptr);
}

TEST_F(WeightsFileTest, SeveralModelsAreNamedAndAKeyChooses) {
  write({"online_encoder.net.blocks.0", "online_encoder.net.blocks.1", "target_encoder.net.blocks.0",
         "target_encoder.net.blocks.1", "step"});
  WeightsFile file(posix_fs(), path_);
  const std::string message = test::error_of(ExitCode::kCheckpoint, [&] { file.strip_prefix(kIsBlock); });
  EXPECT_THAT(message, HasSubstr("\"online_encoder.net\" (2 tensors), \"target_encoder.net\" (2 tensors)"));
  EXPECT_THAT(message, HasSubstr("--key target_encoder.net"));
  WeightsFile target(posix_fs(), path_, {.key = "target_encoder"});
  EXPECT_EQ(target.strip_prefix(kIsBlock), "net.");
  EXPECT_EQ(value(target, *target.find("blocks.1")), 3.0F);
  EXPECT_EQ(target.other_entries().at("online_encoder"), 2u);
  EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { WeightsFile(posix_fs(), path_, {.key = "target"}); }),
              HasSubstr("[online_encoder, target_encoder]"));
}

TEST_F(WeightsFileTest, WhatIsNoFileOfWeightsIsToldByWhatItIs) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "is a Git LFS pointer"},
      {"<html><title>Sign in</title>", "is a web page"},
      {"", "is an empty file"},
      {std::string(4000, '\0'), "is a file of zeros"},
      {"\x1f\x8b\x08 packed", "is a gzip-compressed file"},
      {"{\"error\": \"Invalid user\"}", "is a JSON text"},
      {"see the readme", "is a plain text"}};
  for (const auto& [content, expected] : files) {
    write_file_atomically(posix_fs(), path_, content);
    EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { WeightsFile(posix_fs(), path_); }), HasSubstr(expected));
  }
}

TEST_F(WeightsFileTest, TakesOffEightWordsAtMost) {
  std::string words;
  for (int i = 0; i < 8; ++i) words += "model.";
  WeightsFile eight(posix_fs(), write({words + "blocks.0"}));
  EXPECT_EQ(eight.strip_prefix(kIsBlock), words);
  WeightsFile nine(posix_fs(), write({words + "model.blocks.0"}));
  EXPECT_EQ(nine.strip_prefix(kIsBlock), "");
}

// The two lowest bytes of these lengths are those that a pickle of protocol 2 to 5 begins with.
TEST_F(WeightsFileTest, ASafetensorsHeaderOfAnyLengthIsNoPickle) {
  for (const size_t length : {640u, 896u, 1152u, 1408u}) {
    std::string header = R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", content;
    header.resize(length, ' ');
    append_little_endian(content, length, 8);
    write_file_atomically(posix_fs(), path_, content + header + "x");
    WeightsFile file(posix_fs(), path_);
    EXPECT_EQ(file.format(), WeightsFormat::kSafetensors) << length;
    EXPECT_NE(file.find("a"), nullptr) << length;
  }
}

TEST_F(WeightsFileTest, ReadsOnlyItsOwnTensors) {
  WeightsFile file(posix_fs(), write({"a"}));
  const TensorInfo copy = file.tensors()[0];
  EXPECT_THROW(value(file, copy), std::invalid_argument);
}

}  // namespace
}  // namespace itpn
