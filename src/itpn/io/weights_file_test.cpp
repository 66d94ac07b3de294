#include "itpn/io/weights_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/io/little_endian.h"
#include "itpn/io/safetensors.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

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
