#include "itpn/io/weights_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/io/pth_for_test.h"
#include "itpn/io/weights_file.h"
#include "itpn/io/weights_writer.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using test::error_of;
using ::testing::HasSubstr;

class WeightsIndexTest : public testing::Test {
 protected:
  // A file of tensors of one byte, each with the value of its name's last letter.
  void write_shard(const std::string& file, const std::vector<std::string>& names) {
    std::vector<TensorBytes> tensors;
    for (const std::string& name : names) {
      tensors.push_back({name, DType::kU8, {1}, std::as_bytes(std::span(&name.back(), 1))});
    }
    write_weights_file(posix_fs(), directory_.file(file), tensors, {});
  }
  void write_text(const std::string& file, const std::string& text) {
    write_file_atomically(posix_fs(), directory_.file(file), text);
  }
  void write_three_shards() {
    write_shard("model-00001-of-00003.safetensors", {"a", "b"});
    write_shard("model-00002-of-00003.safetensors", {"c"});
    write_shard("model-00003-of-00003.safetensors", {"d"});
    write_text("model.safetensors.index.json",
               R"({"metadata": {"total_size": 4, "weight_map": {"x": "y"}}, "weight_map": {
                   "a": "model-00001-of-00003.safetensors", "b": "model-00001-of-00003.safetensors",
                   "c": "model-00002-of-00003.safetensors", "d": "model-00003-of-00003.safetensors"}})");
  }
  std::string index() const { return directory_.file("model.safetensors.index.json"); }
  std::string refusal() {
    return error_of(ExitCode::kCheckpoint, [&] { WeightsFile(posix_fs(), index()); });
  }
  test::TemporaryDirectory directory_;
};

TEST_F(WeightsIndexTest, AllShardsAreOneFile) {
  write_three_shards();
  WeightsFile file(posix_fs(), index());
  ASSERT_EQ(file.tensors().size(), 4u);
  EXPECT_EQ(file.format(), WeightsFormat::kSafetensors);
  std::string values;
  for (const TensorInfo& tensor : file.tensors()) {
    std::byte value{};
    file.read(tensor, std::span(&value, 1));
    values += tensor.name + "=" + static_cast<char>(value) + " ";
  }
  EXPECT_EQ(values, "a=a b=b c=c d=d ");
}

TEST_F(WeightsIndexTest, NamesTheShardThatIsMissing) {
  write_three_shards();
  posix_fs().unlink(directory_.file("model-00002-of-00003.safetensors"));
  EXPECT_THAT(refusal(), HasSubstr("model-00002-of-00003.safetensors (2 of 3) is not there"));
}

TEST_F(WeightsIndexTest, NamesTheTensorThatIsMissingOrTwice) {
  write_three_shards();
  write_shard("model-00002-of-00003.safetensors", {"other"});
  EXPECT_THAT(refusal(), HasSubstr("such as 'c' in model-00002-of-00003.safetensors"));
  write_shard("model-00002-of-00003.safetensors", {"c", "a"});
  EXPECT_THAT(refusal(), HasSubstr("tensor 'a' is in two of its shards"));
}

TEST_F(WeightsIndexTest, AShardMayBeAnyFileOfWeightsButNoIndex) {
  write_text("model.safetensors.index.json", R"({"weight_map": {"w": "part.bin"}})");
  write_text("part.bin", test::zip_pth(test::dict_op(test::tensor_op(test::storage_op("Byte", "0", 4), {0, {4}, {1}})),
                                       {{"0", "abcd"}}));
  EXPECT_EQ(WeightsFile(posix_fs(), index()).tensors().at(0).name, "w");
  write_text("part.bin", R"({"weight_map": {"w": "part.bin"}})");
  EXPECT_THAT(refusal(), HasSubstr("part.bin: is a JSON text"));
}

TEST_F(WeightsIndexTest, AJsonTextThatIsNoIndexIsToldByWhatItIs) {
  for (const char* text :
       {R"({"error": "not found"})", R"({"weight_map": {}})", R"({"weight_map": "a"})", R"({"a": )"}) {
    write_text("model.safetensors.index.json", text);
    EXPECT_THAT(refusal(), HasSubstr("is a JSON text")) << text;
  }
}

TEST(WeightsIndex, NamesOnlyFilesBesideIt) {
  for (const char* file : {"../a", "/etc/passwd", "a/b", "..", ""}) {
    const std::string json = std::string(R"({"weight_map": {"w": ")") + file + "\"}}";
    EXPECT_THAT(error_of(ExitCode::kCheckpoint, [&] { parse_weights_index(json, "i.json"); }),
                HasSubstr("is no file beside it"))
        << file;
  }
}

TEST(WeightsIndex, ShardsAreToldByTheirNames) {
  const auto shard = shard_number("a/model-00002-of-00003.safetensors");
  ASSERT_TRUE(shard);
  EXPECT_EQ(shard->number, 2);
  EXPECT_EQ(shard->count, 3);
  for (const char* name : {"model.safetensors", "best-of-00003.pth", "a-1-of-2.pth", "x-of-", "-00001-of-00002"}) {
    EXPECT_FALSE(shard_number(name)) << name;
  }
}

TEST_F(WeightsIndexTest, OnePartIsRefusedWithWhereTheWholeIs) {
  write_three_shards();
  const std::string part = directory_.file("model-00003-of-00003.safetensors");
  EXPECT_THAT(error_of(ExitCode::kCheckpoint, [&] { require_whole_weights(posix_fs(), part); }),
              HasSubstr("is shard 3 of 3, a part of the model; name " + index()));
  require_whole_weights(posix_fs(), index());
  require_whole_weights(posix_fs(), directory_.file("model-00001-of-00001.safetensors"));
}

TEST_F(WeightsIndexTest, AFolderOfAModelHubHasItsFile) {
  EXPECT_FALSE(weights_in_folder(posix_fs(), directory_.path()));
  write_text("notes.md", "x");
  EXPECT_THAT(error_of(ExitCode::kCheckpoint, [&] { throw_no_weights_in(posix_fs(), directory_.path()); }),
              HasSubstr("it holds: notes.md"));
  write_text("pytorch_model.bin", "x");
  EXPECT_EQ(weights_in_folder(posix_fs(), directory_.path()), directory_.file("pytorch_model.bin"));
  write_three_shards();
  EXPECT_EQ(weights_in_folder(posix_fs(), directory_.path()), index());
}

}  // namespace
}  // namespace itpn
