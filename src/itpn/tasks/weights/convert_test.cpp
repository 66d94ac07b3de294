#include "itpn/tasks/weights/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/config/config.h"
#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/weights_writer.h"
#include "itpn/models/classification/classifier.h"
#include "itpn/tasks/weights/model_source.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

class ConvertTest : public testing::Test {
 protected:
  ConvertTest() {
    const std::vector<float> values = {1, 2, 3, 4, 5, 6};
    const auto bytes = std::as_bytes(std::span(values));
    const std::vector<TensorBytes> tensors = {{"head.weight", DType::kF32, {2, 3}, bytes},
                                              {"head.bias", DType::kI32, {2}, bytes.first(8)}};
    write_weights_file(posix_fs(), first_, tensors, {{"note", "hello"}});
  }
  test::TemporaryDirectory directory_;
  const std::string first_ = directory_.file("a.safetensors");
};

TEST_F(ConvertTest, ThereAndBackGivesTheSameFile) {
  const std::string pth = directory_.file("b.pth"), back = directory_.file("c.safetensors");
  EXPECT_EQ(convert_weights({.input = first_, .output = pth}).tensors, 2u);
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

TEST_F(ConvertTest, TakesOneModelOfSeveralAndAllShardsOfOne) {
  const std::vector<float> values = {1, 2, 3};
  const auto bytes = std::as_bytes(std::span(values));
  const std::string both = directory_.file("both.safetensors"), one = directory_.file("one.PTH");
  write_weights_file(
      posix_fs(), both,
      std::vector<TensorBytes>{{"encoder_q.w", DType::kF32, {3}, bytes}, {"encoder_k.w", DType::kF32, {3}, bytes}}, {});
  EXPECT_EQ(convert_weights({.input = both, .output = one, .key = "encoder_k"}).tensors, 1u);
  EXPECT_NE(WeightsFile(posix_fs(), one).find("w"), nullptr);
  const std::string index = directory_.file("model.safetensors.index.json");
  write_file_atomically(posix_fs(), index,
                        std::string(R"({"weight_map": {"head.weight": "a.safetensors", "head.bias": "a.safetensors",)"
                                    R"("encoder_q.w": "both.safetensors", "encoder_k.w": "both.safetensors"}})"));
  const std::string whole = directory_.file("whole.safetensors");
  EXPECT_EQ(convert_weights({.input = directory_.path(), .output = whole}).tensors, 4u);
  EXPECT_EQ(WeightsFile(posix_fs(), whole).metadata().at("format"), "pt");
}

TEST_F(ConvertTest, AClassifierKeepsItsCard) {
  ModelCard card;
  card.kind = "classifier";
  card.model.preset = "itpn-nano";
  card.pictures = {64, {0.1, 0.2, 0.3}, {0.4, 0.5, 0.6}};
  card.preprocess.crop_pct = 0.75;
  card.class_names = {"cat", "dog"};
  const std::string run = directory_.file("run.safetensors"), pth = directory_.file("run.pth");
  ClassifierConfig sizes{find_preset("itpn-nano").backbone, 2};
  write_weights_file(posix_fs(), run, as_tensor_bytes(copy_to_host(named_weights(*Classifier(sizes, 0)))),
                     to_metadata(card));
  convert_weights({.input = run, .output = pth});
  for (const std::string& path : {run, pth}) {
    const ModelSource found = find_model({.weights = path});
    EXPECT_EQ(dump_config(found.card), dump_config(card)) << path;
    EXPECT_EQ(found.card.kind, "classifier") << path;
    EXPECT_THAT(found.card.class_names, testing::ElementsAre("cat", "dog")) << path;
  }
}

}  // namespace
}  // namespace itpn
