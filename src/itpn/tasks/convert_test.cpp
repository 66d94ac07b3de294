#include "itpn/tasks/convert.h"

#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/io/weights_writer.h"
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

}  // namespace
}  // namespace itpn
