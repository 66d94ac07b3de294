#include "itpn/io/pth_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "itpn/io/weights_file.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

constexpr std::array kAll = {DType::kBool, DType::kU8,  DType::kI8,  DType::kF8E5M2, DType::kF8E4M3,
                             DType::kI16,  DType::kU16, DType::kF16, DType::kBF16,   DType::kI32,
                             DType::kU32,  DType::kF32, DType::kI64, DType::kU64,    DType::kF64};

// A tensor of each type with zeros and ones in its bytes, an empty one and a scalar.
class PthWriterTest : public testing::Test {
 protected:
  PthWriterTest() {
    for (const DType dtype : kAll) {
      std::string content;
      for (int64_t i = 0; i < 6 * dtype_size(dtype); ++i) content.push_back(static_cast<char>(i % 2));
      contents_.push_back(content);
    }
    for (size_t i = 0; i < kAll.size(); ++i) {
      tensors_.push_back(
          {std::string("t.") + dtype_name(kAll[i]), kAll[i], {2, 3}, std::as_bytes(std::span(contents_[i]))});
    }
    tensors_.push_back({"empty", DType::kF32, {0, 3}, {}});
    tensors_.push_back({"scalar \"\xc3\xa9\"", DType::kF32, {}, std::as_bytes(std::span(scalar_))});
  }
  std::string write(const std::map<std::string, std::string>& metadata) {
    std::string content;
    write_pth([&](auto piece) { content.append(reinterpret_cast<const char*>(piece.data()), piece.size()); }, tensors_,
              metadata);
    const std::string path = directory_.file("w.pth");
    write_file_atomically(posix_fs(), path, content);
    return path;
  }
  test::TemporaryDirectory directory_;
  std::vector<std::string> contents_;
  std::vector<TensorBytes> tensors_;
  const std::array<float, 1> scalar_ = {1.5F};
};

TEST_F(PthWriterTest, WrittenFileReadsBackEqual) {
  WeightsFile file(posix_fs(), write({{"format", "pt"}}));
  EXPECT_EQ(file.key(), "model");
  EXPECT_EQ(file.metadata().at("metadata.format"), "pt");
  ASSERT_EQ(file.tensors().size(), tensors_.size());
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const TensorInfo& info = file.tensors()[i];
    EXPECT_EQ(info.name, tensors_[i].name);
    EXPECT_EQ(info.dtype, tensors_[i].dtype);
    EXPECT_EQ(info.shape, tensors_[i].shape);
    EXPECT_EQ(info.offset % 64, 0u) << info.name;
    std::vector<std::byte> read(info.bytes);
    file.read(info, read);
    EXPECT_TRUE(std::equal(read.begin(), read.end(), tensors_[i].bytes.begin(), tensors_[i].bytes.end())) << info.name;
  }
}

TEST_F(PthWriterTest, LongTextsReadBackWhole) {
  const std::string class_names(12'000, 'n');  // about ImageNet's
  WeightsFile file(posix_fs(), write({{"class_names", class_names}}));
  EXPECT_EQ(file.metadata().at("metadata.class_names"), class_names);
}

TEST_F(PthWriterTest, NumbersOf32BitsAndMoreTakeEightBytes) {
  tensors_ = {{"wide", DType::kU8, {0, int64_t{1} << 31}, {}}};
  const std::string path = write({});
  EXPECT_THAT(read_text_file(posix_fs(), path), HasSubstr(std::string("\x8a\x08\0\0\0\x80\0\0\0\0", 10)));
  EXPECT_EQ(WeightsFile(posix_fs(), path).tensors().at(0).shape, tensors_[0].shape);
}

TEST_F(PthWriterTest, RefusesWhatNoFileCanHold) {
  const ByteSink nowhere = [](std::span<const std::byte>) {};
  std::vector<TensorBytes> twice = {tensors_[0], tensors_[0]};
  EXPECT_THROW(write_pth(nowhere, twice), std::invalid_argument);
  std::vector<TensorBytes> short_one = {{"a", DType::kF32, {2}, tensors_[0].bytes}};
  EXPECT_THROW(write_pth(nowhere, short_one), std::invalid_argument);
  std::vector<TensorBytes> no_text = {{"\xff\xfe", DType::kU8, {0}, {}}};
  EXPECT_THROW(write_pth(nowhere, no_text), std::invalid_argument);
}

// PyTorch itself, both ways: it opens what we write (weights_only) and we read what it writes of that.
TEST_F(PthWriterTest, PythonOpensItAndWritesItBack) {
  const std::string python = test::source_path(".venv/bin/python"), quiet = " >/dev/null 2>&1";
  if (std::system((python + " -c 'import torch'" + quiet).c_str()) != 0) {
    GTEST_SKIP() << "no Python with torch at " << python;
  }
  const std::string path = write({{"note", "hello"}});
  for (const std::string legacy : {"False", "True"}) {
    const std::string back = directory_.file("back" + legacy + ".pth"), script = directory_.file("check.py");
    write_file_atomically(posix_fs(), script,
                          "import torch\n"
                          "d = torch.load('" +
                              path +
                              "', weights_only=True)\n"
                              "assert d['metadata'] == {'note': 'hello'}\n"
                              "m = d['model']\n"
                              "assert m['t.F32'].shape == (2, 3) and m['t.F32'].dtype == torch.float32\n"
                              "assert m['empty'].shape == (0, 3) and m['scalar \"\\u00e9\"'].item() == 1.5\n"
                              "torch.save({'model': m}, '" +
                              back + "', _use_new_zipfile_serialization=not " + legacy + ")\n");
    ASSERT_EQ(std::system((python + " " + script + " >" + directory_.file("log") + " 2>&1").c_str()), 0)
        << read_text_file(posix_fs(), directory_.file("log"));
    WeightsFile file(posix_fs(), back);
    ASSERT_EQ(file.tensors().size(), tensors_.size());
    for (const TensorBytes& tensor : tensors_) {
      const TensorInfo* info = file.find(tensor.name);
      ASSERT_NE(info, nullptr) << tensor.name;
      EXPECT_EQ(info->dtype, tensor.dtype);
      std::vector<std::byte> read(info->bytes);
      file.read(*info, read);
      EXPECT_TRUE(std::equal(read.begin(), read.end(), tensor.bytes.begin(), tensor.bytes.end())) << tensor.name;
    }
  }
}

}  // namespace
}  // namespace itpn
