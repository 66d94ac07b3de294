#include "itpn/io/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

std::vector<std::byte> to_bytes(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// A whole file with this header and `data_bytes` zeros.
std::string file_with(const std::string& header, size_t data_bytes) {
  std::string file;
  for (int i = 0; i < 8; ++i) file.push_back(static_cast<char>(static_cast<uint64_t>(header.size()) >> (8 * i)));
  return file + header + std::string(data_bytes, '\0');
}

class SafetensorsTest : public testing::Test {
 protected:
  std::string write(const std::string& content) {
    const std::string path = directory_.file("w.safetensors");
    write_file_atomically(posix_fs(), path, content);
    return path;
  }
  // The message of the error that opening this content gives; checks that its exit code is 4 and that it names the
  // file.
  std::string complaint(const std::string& content) {
    const std::string path = write(content);
    const std::string message = test::error_of(ExitCode::kCheckpoint, [&] { SafetensorsFile(posix_fs(), path); });
    EXPECT_THAT(message, testing::HasSubstr(path));
    return message;
  }
  test::TemporaryDirectory directory_;
};

TEST_F(SafetensorsTest, WrittenFileReadsBackEqual) {
  const auto weights = to_bytes("0123456789ABCDEFGHIJKLMN"), steps = to_bytes("01234567"), flag = to_bytes("1");
  std::string content;
  const std::vector<TensorBytes> tensors{{"flag", DType::kBool, {}, flag},
                                         {"empty", DType::kF32, {0, 3}, {}},
                                         {"weights \"1\"", DType::kF32, {2, 3}, weights},
                                         {"steps", DType::kI64, {1}, steps}};
  const auto ranges = write_safetensors(
      [&](std::span<const std::byte> piece) {
        content.append(reinterpret_cast<const char*>(piece.data()), piece.size());
      },
      tensors, {{"format", "pt"}});
  for (const auto& range : ranges) EXPECT_EQ(range.offset % dtype_size(range.dtype), 0u) << range.name;

  SafetensorsFile file(posix_fs(), write(content));
  EXPECT_EQ(file.metadata().at("format"), "pt");
  ASSERT_EQ(file.tensors().size(), 4u);
  for (const auto& tensor : tensors) {
    const TensorInfo* info = file.find(tensor.name);
    ASSERT_TRUE(info) << tensor.name;
    EXPECT_EQ(info->shape, tensor.shape);
    EXPECT_EQ(info->dtype, tensor.dtype);
    std::vector<std::byte> read(info->bytes);
    file.read(*info, read);
    EXPECT_TRUE(std::equal(read.begin(), read.end(), tensor.bytes.begin(), tensor.bytes.end())) << tensor.name;
  }
  EXPECT_EQ(file.find("nothing"), nullptr);
}

TEST_F(SafetensorsTest, ReadsEveryReferenceFile) {
  const auto folder = test::shared_path("reference/fixtures");
  if (!folder) GTEST_SKIP() << "needs ../shared/reference/fixtures";
  std::vector<DirectoryEntry> entries;
  ASSERT_GE(posix_fs().list(*folder, &entries), 0);
  int files = 0;
  for (const auto& entry : entries) {
    if (!entry.name.ends_with(".safetensors")) continue;
    SafetensorsFile file(posix_fs(), *folder + "/" + entry.name);
    EXPECT_FALSE(file.tensors().empty()) << entry.name;
    ++files;
  }
  EXPECT_GT(files, 0);
}

TEST_F(SafetensorsTest, RefusesBytesThatDoNotFitTheShape) {
  const auto four = to_bytes("0123");
  const std::vector<TensorBytes> wrong{{"w", DType::kF32, {2}, four}};
  EXPECT_THROW(write_safetensors([](auto) {}, wrong), std::invalid_argument);
  const std::vector<TensorBytes> twice{{"w", DType::kF32, {1}, four}, {"w", DType::kF32, {1}, four}};
  EXPECT_THROW(write_safetensors([](auto) {}, twice), std::invalid_argument);
  const std::vector<TensorBytes> not_utf8{{"\xff", DType::kF32, {1}, four}};
  EXPECT_THROW(write_safetensors([](auto) {}, not_utf8), std::invalid_argument);
}

TEST_F(SafetensorsTest, HeaderLongerThanTheFileIsRefusedBeforeAllocating) {
  std::string content(8, '\xff');
  EXPECT_THAT(complaint(content + "{}"), testing::HasSubstr("header claims"));
  content = file_with("{}", 0);
  content[0] = 100;
  EXPECT_THAT(complaint(content), testing::HasSubstr("header claims"));
}

// name of the damage -> header, data bytes, what the message says
struct HostileHeader {
  const char* header;
  size_t data_bytes;
  const char* says;
};

class HostileSafetensors : public SafetensorsTest, public testing::WithParamInterface<HostileHeader> {};

TEST_P(HostileSafetensors, IsRefusedWithItsOwnMessage) {
  EXPECT_THAT(complaint(file_with(GetParam().header, GetParam().data_bytes)), testing::HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    All, HostileSafetensors,
    testing::Values(
        HostileHeader{"", 0, "no header"}, HostileHeader{"[]", 0, "no header"}, HostileHeader{" {}", 0, "no header"},
        HostileHeader{"{", 0, "no valid JSON"}, HostileHeader{"{}x", 0, "no valid JSON"},
        HostileHeader{"{}", 4, "belong to no tensor"}, HostileHeader{R"({"a":1})", 0, "tensor 'a'"},
        HostileHeader{R"({"a":"x"})", 0, "a text"}, HostileHeader{R"({"a":[]})", 0, "a list"},
        HostileHeader{R"({"a":{}})", 0, "missing"}, HostileHeader{R"({"a":{"dtype":"F32","shape":[1]}})", 4, "missing"},
        HostileHeader{R"({"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})", 4, "unknown dtype 'F33'"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,5]}})", 5, "do not fit"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, "do not fit"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4, "not 2 numbers"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})", 4, "a number"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "negative"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4, "fraction"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[1e400],"data_offsets":[0,4]}})", 4, "no valid JSON"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[true],"data_offsets":[0,4]}})", 4, "boolean"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":null,"data_offsets":[0,4]}})", 4, "null"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})", 4, "a list"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":{}}})", 4, "nested"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}})", 4, "a number"},
        HostileHeader{R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4,
                      "'dtype' is there twice"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{}})", 4, "'a' is there twice"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,4]}})", 4, "do not fit"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0, "do not fit"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}})", 4, "a number"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8, "tensor 'a'"},
        HostileHeader{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 3, "cut or damaged"},
        HostileHeader{
            R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}})",
            5, "tensor 'b'"},
        HostileHeader{
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
            3, "tensor 'b'"},
        HostileHeader{R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[18446744073709551615,0]}})", 1, "do not fit"},
        HostileHeader{R"({"__metadata__":{"k":1}})", 0, "a number"},
        HostileHeader{R"({"__metadata__":{"k":{}}})", 0, "nested"},
        HostileHeader{R"({"__metadata__":[]})", 0, "a list"},
        HostileHeader{R"({"__metadata__":{"k":"1","k":"2"}})", 0, "'k' is there twice"},
        HostileHeader{R"({"__metadata__":{},"__metadata__":{}})", 0, "twice"},
        HostileHeader{"{\"\xff\":{}}", 0, "no valid JSON"},
        HostileHeader{"{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},}", 0, "no valid JSON"}));

TEST_F(SafetensorsTest, DeepNestingIsRefusedWithoutRecursion) {
  EXPECT_THAT(complaint(file_with("{\"a\":" + std::string(1'000'000, '['), 0)), testing::HasSubstr("a list"));
}

}  // namespace
}  // namespace itpn
