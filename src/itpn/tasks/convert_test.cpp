#include "itpn/tasks/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/weights_writer.h"
#include "itpn/models/mim/mim_model.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

class ConvertTest : public testing::Test {
 protected:
  ConvertTest() {
    const Preset preset = find_preset("itpn-nano");
    const MimConfig config{
        .backbone = preset.backbone, .pyramid = preset.pyramid, .decoder = preset.decoder, .mask = {}, .mfm = {}};
    const NamedTensors host = copy_to_host(named_weights(*MimModel(config, 1)));
    write_weights_file(posix_fs(), first_, as_tensor_bytes(host), {{"note", "hello"}});
  }
  test::TemporaryDirectory directory_;
  const std::string first_ = directory_.file("a.safetensors");
};

TEST_F(ConvertTest, ThereAndBackGivesTheSameFile) {
  const std::string pth = directory_.file("b.pth"), back = directory_.file("c.safetensors");
  EXPECT_GT(convert_weights({.input = first_, .output = pth}).tensors, 10u);
  EXPECT_EQ(convert_weights({.input = pth, .output = back}).from, ".pth (zip), entry \"model\"");
  EXPECT_EQ(read_text_file(posix_fs(), back), read_text_file(posix_fs(), first_));
}

TEST_F(ConvertTest, ReplacesAFileOnlyWhenTold) {
  const std::string pth = directory_.file("b.pth");
  write_file_atomically(posix_fs(), pth, std::string("old"));
  EXPECT_THROW(convert_weights({.input = first_, .output = pth}), Error);
  EXPECT_EQ(read_text_file(posix_fs(), pth), "old");
  EXPECT_THROW(convert_weights({.input = directory_.file("none.pth"), .output = pth, .overwrite = true}), Error);
  EXPECT_EQ(read_text_file(posix_fs(), pth), "old");
  convert_weights({.input = first_, .output = pth, .overwrite = true});
  EXPECT_NE(read_text_file(posix_fs(), pth), "old");
}

TEST_F(ConvertTest, InfoTellsModelAndSizes) {
  const auto json = nlohmann::json::parse(weights_info({.path = first_, .tensors = true, .json = true}));
  EXPECT_EQ(json.at("model"), "pre-training (pixels)");
  EXPECT_EQ(json.at("sizes").at("preset"), "itpn-nano");
  EXPECT_EQ(json.at("sizes").at("decoder").at("dim"), 32);
  EXPECT_EQ(json.at("list").size(), json.at("tensors"));
  EXPECT_THAT(weights_info({.path = first_}), testing::HasSubstr("model: pre-training (pixels)\n"));
  EXPECT_THAT(weights_info({.path = first_}),
              testing::ContainsRegex("classify: [0-9]+ tensors, not the [0-9]+ of: decoder"));
  const std::string dense = json.at("loads").at("detect, segment, embed");
  EXPECT_THAT(dense, testing::Not(testing::HasSubstr("pyramid")));
  EXPECT_TRUE(is_weights_path(first_));
  EXPECT_FALSE(is_weights_path("itpn-base"));
}

}  // namespace
}  // namespace itpn
