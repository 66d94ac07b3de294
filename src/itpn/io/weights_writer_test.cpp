#include "itpn/io/weights_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class WeightsWriterTest : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& tensor) {
    const TensorBytes empty{tensor, DType::kF32, {0}, {}};
    write_weights_file(posix_fs(), path, {&empty, 1}, {});
  }
  void expect_refused(const std::string& file, const std::string& tensor, const std::string& reason) {
    const std::string path = directory_.file(file);
    EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { write(path, tensor); }),
                AllOf(HasSubstr(path), HasSubstr(reason)));
    EXPECT_FALSE(exists(posix_fs(), path));
  }
  test::TemporaryDirectory directory_;
};

// They are those of the file that is converted, so no defect of the program.
TEST_F(WeightsWriterTest, ANameThatTheFormatCannotHoldIsTheUsersError) {
  expect_refused("w.pth", "a\xff", "the name 'a\\xff', which is not UTF-8");
  expect_refused("w.safetensors", "a\xff", "the name 'a\\xff', which is not UTF-8");
  expect_refused("w.safetensors", "__metadata__", "keeps for its own texts");
  EXPECT_NO_THROW(write(directory_.file("w.pth"), "__metadata__"));
}

}  // namespace
}  // namespace itpn
