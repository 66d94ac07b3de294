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

}  // namespace
}  // namespace itpn
