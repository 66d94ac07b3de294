#include "itpn/engine/load_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <fstream>
#include <span>

#include "itpn/core/errors.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/pth_for_test.h"
#include "itpn/io/safetensors.h"
#include "itpn/ops/resample_positions.h"
#include "tests/support/bytes_fs.h"
#include "tests/support/error_of.h"
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

TEST_F(LoadWeightsTest, APatchEmbeddingOfColoursIsSummedForGreyAndOneOfGreyIsSharedOut) {
  const std::string name = "patch_embed.proj.weight";
  const torch::Tensor colour = torch::randn({4, 3, 2, 2}), grey = torch::randn({4, 1, 2, 2});
  const NamedTensors of_grey = {{name, torch::zeros({4, 1, 2, 2})}}, of_colour = {{name, torch::zeros({4, 3, 2, 2})}};
  const LoadReport summed = load_weights(posix_fs(), write({{name, colour}}), of_grey, {});
  ASSERT_EQ(summed.reshaped.size(), 1u);
  EXPECT_EQ(summed.reshaped[0].name, name);
  EXPECT_TRUE(of_grey[0].second.equal(colour.sum(1, true)));
  EXPECT_EQ(load_weights(posix_fs(), write({{name, grey}}), of_colour, {}).reshaped.size(), 1u);
  EXPECT_TRUE(of_colour[0].second.allclose((grey / 3).expand({4, 3, 2, 2})));
}

TEST_F(LoadWeightsTest, OtherNumbersOfChannelsAreMisfits) {
  const std::string name = "patch_embed.proj.weight";
  for (const auto& [file, model] : {std::pair<int64_t, int64_t>(4, 1), {3, 4}, {1, 4}}) {
    const std::string path = write({{name, torch::zeros({4, file, 2, 2})}});
    const NamedTensors wanted = {{name, torch::zeros({4, model, 2, 2})}};
    EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { load_weights(posix_fs(), path, wanted, {}); }),
                HasSubstr("patch_embed.proj.weight: wanted shape"));
  }
}

TEST_F(LoadWeightsTest, AMisfitListsEverythingAndChangesNothing) {
  const std::string path = write({{"a", torch::zeros({2})}, {"b", torch::zeros({3})}, {"extra", torch::zeros({1})}});
  const NamedTensors model = sevens({{"a", torch::zeros({2})}, {"b", torch::zeros({4})}, {"lost", torch::zeros({1})}});
  const auto message = test::error_of(ExitCode::kCheckpoint, [&] { load_weights(posix_fs(), path, model, {}); });
  for (const char* part : {path.c_str(), "b: wanted shape [4], the file has [3]", "lost: missing", "extra: in the"}) {
    EXPECT_THAT(message, HasSubstr(part));
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

// Matrices of one storage: "a" and "b" are the same, "c" is their transpose.
std::string write_shared_storage(const std::string& path) {
  const std::vector<float> values = {1, 2, 3, 4};
  const std::string storage = test::storage_op("Float", "0", 4);
  const test::ViewForTest whole{0, {2, 2}, {2, 1}}, transposed{0, {2, 2}, {1, 2}};
  const auto item = [&](const char* name, const test::ViewForTest& view) {
    return test::text_op(name) + test::tensor_op(storage, view) + "s";
  };
  const std::string bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  write_file_atomically(
      posix_fs(), path,
      test::zip_pth("}" + item("a", whole) + item("b", whole) + item("c", transposed), {{"0", bytes}}));
  return path;
}

TEST_F(LoadWeightsTest, NamesOfOneStorageShareABufferWhereTheirViewsAreEqual) {
  const WeightsPath source = find_weights(posix_fs(), write_shared_storage(directory_.file("shared.pth")));
  WeightsFile file = open_weights(posix_fs(), source);
  WeightsReader reader(file, source);
  const SharedBytes a = reader.read(*file.find("a")), b = reader.read(*file.find("b")),
                    c = reader.read(*file.find("c"));
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  const NamedTensors model = {{"a", torch::zeros({2, 2})}, {"b", torch::zeros({2, 2})}, {"c", torch::zeros({2, 2})}};
  load_weights(posix_fs(), source, model, {});
  EXPECT_TRUE(model[0].second.equal(torch::tensor({{1.0F, 2.0F}, {3.0F, 4.0F}})));
  EXPECT_TRUE(model[1].second.equal(model[0].second));
  EXPECT_TRUE(model[2].second.equal(model[0].second.t()));
}

constexpr size_t kStartBytes = 1024;

// The start of a file that says it has 2^62 bytes after its header, which nobody can hold in memory.
std::string vast_start() {
  const std::string json = R"({"w":{"dtype":"U8","shape":[4611686018427387904],)"
                           R"("data_offsets":[0,4611686018427387904]}})";
  std::string header;
  append_little_endian(header, json.size(), 8);
  header += json;
  header.resize(kStartBytes + header.size());
  return header;
}

class VastFileFs final : public test::BytesFs {
 public:
  explicit VastFileFs(const std::string& start) : BytesFs(std::as_bytes(std::span(start))) {}
  int stat(const std::string& path, FileStatus* status) override {
    const int result = BytesFs::stat(path, status);
    status->size += (1ULL << 62) - kStartBytes;
    return result;
  }
};

TEST(WeightsReader, WithoutEnoughMemoryTheFileIsToBlame) {
  const std::string start = vast_start();
  VastFileFs disk(start);
  const WeightsPath source = find_weights(disk, "/vast.safetensors");
  WeightsFile file = open_weights(disk, source);
  WeightsReader reader(file, source);
  EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { reader.read(file.tensors()[0]); }),
              HasSubstr("/vast.safetensors: tensor 'w' (4611686018427387904 bytes)"));
}

class CheckpointWeightsTest : public testing::Test {
 protected:
  // The newest checkpoint of a run, with a moving average or without.
  void save(bool with_average) {
    StateTensors tensors;
    tensors.model = {{"a", torch::full({2}, 1.0)}};
    if (with_average) tensors.ema = {{"a", torch::full({2}, 2.0)}};
    tensors.optimizer = {{"exp_avg/a", torch::zeros({2})}};
    const StateSnapshot snapshot = take_snapshot(tensors, {});
    const std::vector<CheckpointFile> files = checkpoint_files(snapshot);
    CheckpointStore(posix_fs(), run_ + "/checkpoints").save(++step_, files);
  }
  std::string file_of(const std::string& key) { return find_weights(posix_fs(), run_, key).file_name; }
  // The complaint about a key that the checkpoint does not have.
  std::string complaint_about(const std::string& key) {
    return test::error_of(ExitCode::kCheckpoint, [&] { file_of(key); });
  }
  test::TemporaryDirectory directory_;
  const std::string run_ = directory_.file("run");
  int64_t step_ = 0;
};

TEST_F(CheckpointWeightsTest, KeysNameWhatACheckpointHasAndNothingElse) {
  save(/*with_average=*/true);
  for (const char* key : {"", "model"}) EXPECT_EQ(file_of(key), "model.safetensors") << key;
  for (const char* key : {"ema", "model_ema"}) EXPECT_EQ(file_of(key), "ema.safetensors") << key;
  for (const char* key : {"optimizer", "model.safetensors"}) {
    EXPECT_THAT(complaint_about(key), HasSubstr("the checkpoint has some under [model, ema, model_ema]")) << key;
  }
  save(/*with_average=*/false);
  EXPECT_THAT(complaint_about("ema"), HasSubstr("no weights under \"ema\"; the checkpoint has some under [model]"));
}

TEST_F(CheckpointWeightsTest, AFolderOfAModelHubIsReadAndARunIsNoSuchFolder) {
  const std::string hub = directory_.file("hub");
  make_directories(posix_fs(), hub);
  EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { find_weights(posix_fs(), hub); }),
              HasSubstr("it holds: nothing"));
  write_file_atomically(posix_fs(), hub + "/pytorch_model.bin", std::string("x"));
  EXPECT_EQ(find_weights(posix_fs(), hub).path, hub + "/pytorch_model.bin");
  save(/*with_average=*/false);
  write_file_atomically(posix_fs(), run_ + "/pytorch_model.bin", std::string("x"));
  EXPECT_TRUE(find_weights(posix_fs(), run_).checkpoint);
  const std::string checkpoint = find_weights(posix_fs(), run_).checkpoint->path;
  posix_fs().unlink(checkpoint + "/MANIFEST.json");  // a damaged checkpoint is none, though it has a model.safetensors
  EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { find_weights(posix_fs(), checkpoint); }),
              HasSubstr("MANIFEST"));
}

TEST_F(CheckpointWeightsTest, OneShardOfSeveralIsRefused) {
  const std::string shard = directory_.file("model-00002-of-00004.safetensors");
  EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { find_weights(posix_fs(), shard); }),
              HasSubstr("is shard 2 of 4, a part of the model"));
}

TEST_F(CheckpointWeightsTest, AChangeAfterTheCheckpointWasVerifiedIsSeen) {
  save(/*with_average=*/false);
  const WeightsPath source = find_weights(posix_fs(), run_);
  std::string content = read_text_file(posix_fs(), source.path);
  content.back() ^= 1;
  write_file_atomically(posix_fs(), source.path, content);
  WeightsFile file = open_weights(posix_fs(), source);
  WeightsReader reader(file, source);
  EXPECT_THROW(reader.read(file.tensors()[0]), Error);
}

}  // namespace
}  // namespace itpn
