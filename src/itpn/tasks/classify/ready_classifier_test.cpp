#include "itpn/tasks/classify/ready_classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/core/errors.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/weights_writer.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

class ReadyClassifierTest : public testing::Test {
 protected:
  // A file with a classifier of two classes, or a linear probe, with some weights replaced.
  void write_classifier(const std::map<std::string, torch::Tensor>& replaced, bool is_probe = false) {
    ClassifierConfig config{find_preset("itpn-nano").backbone, 2};
    config.is_probe = is_probe;
    NamedTensors tensors = copy_to_host(named_weights(*Classifier(config, 0)));
    for (auto& [name, tensor] : tensors) {
      if (replaced.contains(name)) tensor = replaced.at(name);
    }
    // An undefined tensor stands for one that the file lacks.
    std::erase_if(tensors, [](const auto& item) { return !item.second.defined(); });
    write_weights_file(posix_fs(), path_, as_tensor_bytes(tensors), {});
  }
  ModelRequest request() const { return {.weights = path_, .device = "cpu"}; }
  // The complaint about the file; its exit code has to be that of a checkpoint.
  std::string complaint() {
    try {
      ReadyClassifier model(find_model(request()), request());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kCheckpoint);
      return error.what();
    }
    return "";
  }
  test::TemporaryDirectory directory_;
  const std::string path_ = directory_.file("classifier.safetensors");
};

TEST_F(ReadyClassifierTest, RefusesAHeadThatWouldStartAtRandom) {
  write_classifier({});
  EXPECT_EQ(complaint(), "");
  write_classifier({{"head.weight", torch::zeros({2, 16})}});
  EXPECT_THAT(complaint(), HasSubstr("head.weight: wanted shape [2, 32], the file has [2, 16]"));
  write_classifier({{"head.bias", torch::zeros({3})}});
  EXPECT_THAT(complaint(), HasSubstr("head.bias: wanted shape [2], the file has [3]"));
  write_classifier({{"head.bias", {}}});
  EXPECT_THAT(complaint(), HasSubstr("head.bias: missing"));
  write_classifier({{"fc_norm.weight", {}}, {"fc_norm.bias", {}}});
  EXPECT_THAT(complaint(), HasSubstr("fc_norm.weight: missing"));
  write_classifier({{"head.0.running_mean", {}}}, /*is_probe=*/true);
  EXPECT_THAT(complaint(), HasSubstr("head.0.running_mean: missing"));
}

TEST_F(ReadyClassifierTest, SaysThatEverythingWasLoaded) {
  write_classifier({});
  testing::internal::CaptureStderr();
  const ReadyClassifier classifier(find_model(request()), request());
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("0 expected to be absent, 0 unexpected"));
}

}  // namespace
}  // namespace itpn
