#include "itpn/engine/load_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <fstream>

#include "itpn/core/errors.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/safetensors.h"
#include "itpn/ops/resample_positions.h"
#include "tests/support/fault_fs.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LoadWeightsTest : public testing::Test {
 protected:
  std::string write(const NamedTensors& tensors) {
    std::string content;
    write_safetensors(
        [&](std::span<const std::byte> piece) {
          content.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        },
        as_tensor_bytes(tensors), {{"format", "pt"}});
    write_file_atomically(posix_fs(), path_, content);
    return path_;
  }
  test::TemporaryDirectory directory_;
  const std::string path_ = directory_.file("w.safetensors");
};

bool is_unchanged(const NamedTensors& tensors) {
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.eq(7).all().item<bool>()) return false;
  }
  return true;
}

NamedTensors sevens(const NamedTensors& like) {
  NamedTensors result;
  for (const auto& [name, tensor] : like) result.emplace_back(name, torch::full_like(tensor, 7));
  return result;
}

TEST_F(LoadWeightsTest, CopiesUnderAPrefixAndConvertsFloats) {
  const NamedTensors saved = {{"module.a", torch::arange(6.0).reshape({2, 3})},
                              {"module.b", torch::tensor({0.5, 2.0}, torch::kFloat16)},
                              {"module.n", torch::tensor({3}, torch::kInt64)}};
  const NamedTensors model = {
      {"a", torch::zeros({2, 3})}, {"b", torch::zeros({2})}, {"n", torch::zeros({1}, torch::kInt64)}};
  const LoadReport report = load_weights(posix_fs(), write(saved), model, {});
  EXPECT_EQ(report.prefix, "module.");
  EXPECT_THAT(report.loaded, ElementsAre("a", "b", "n"));
  EXPECT_TRUE(model[0].second.equal(saved[0].second));
  EXPECT_TRUE(model[1].second.equal(torch::tensor({0.5F, 2.0F})));
  EXPECT_EQ(model[2].second.item<int64_t>(), 3);
}

TEST_F(LoadWeightsTest, ResizesTablesByTheLoadingRule) {
  const NamedTensors saved = {{"absolute_pos_embed", torch::randn({1, 16, 3})},
                              {"blocks.0.attn.relative_position_bias_table", torch::randn({49, 2})}};
  const NamedTensors model = {{"absolute_pos_embed", torch::zeros({1, 25, 3})},
                              {"blocks.0.attn.relative_position_bias_table", torch::zeros({81, 2})}};
  const LoadReport report = load_weights(posix_fs(), write(saved), model, {});
  EXPECT_EQ(report.reshaped.size(), 2u);
  EXPECT_TRUE(model[0].second.equal(ops::resample_positions_to_size(saved[0].second, 5, 5)));
  EXPECT_TRUE(model[1].second.equal(ops::resample_bias_table(saved[1].second, 5)));
}

TEST_F(LoadWeightsTest, AMisfitListsEverythingAndChangesNothing) {
  const std::string path = write({{"a", torch::zeros({2})}, {"b", torch::zeros({3})}, {"extra", torch::zeros({1})}});
  const NamedTensors model = sevens({{"a", torch::zeros({2})}, {"b", torch::zeros({4})}, {"lost", torch::zeros({1})}});
  try {
    load_weights(posix_fs(), path, model, {});
    FAIL() << "loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kCheckpoint);
    for (const char* part : {path.c_str(), "b: wanted shape [4], the file has [3]", "lost: missing", "extra: in the"}) {
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  }
  EXPECT_TRUE(is_unchanged(model));
  LoadRules partial;
  partial.allow_partial = true;
  EXPECT_THAT(load_weights(posix_fs(), path, model, partial).loaded, ElementsAre("a"));
  EXPECT_TRUE(model[0].second.eq(0).all().item<bool>());
}

// Every read of the file in turn fails; the model stays as it was until all bytes are there.
TEST_F(LoadWeightsTest, AReadThatFailsChangesNothing) {
  const NamedTensors saved = {{"a", torch::zeros({2})}, {"b", torch::zeros({3})}, {"c", torch::zeros({1})}};
  const std::string path = write(saved);
  test::FaultFs disk(posix_fs());
  int failures = 0;
  for (bool failed = true; failed; ++failures) {
    disk.reset();
    disk.inject({.call = test::Call::kPread, .nth = failures + 1, .error = EIO});
    const NamedTensors model = sevens(saved);
    failed = false;
    try {
      load_weights(disk, path, model, {});
    } catch (const Error&) {
      failed = true;
      EXPECT_TRUE(is_unchanged(model));
    }
  }
  EXPECT_GT(failures, 4);  // length, header, and each of the tensors
}

TEST_F(LoadWeightsTest, ACutFileChangesNothing) {
  const NamedTensors saved = {{"a", torch::zeros({20})}, {"b", torch::zeros({30})}};
  const std::string path = write(saved);
  const std::string whole = read_text_file(posix_fs(), path);
  for (size_t size = 0; size < whole.size(); size += 7) {
    write_file_atomically(posix_fs(), path, whole.substr(0, size));
    const NamedTensors model = sevens(saved);
    EXPECT_THROW(load_weights(posix_fs(), path, model, {}), Error) << size;
    EXPECT_TRUE(is_unchanged(model)) << size;
  }
}

}  // namespace
}  // namespace itpn
