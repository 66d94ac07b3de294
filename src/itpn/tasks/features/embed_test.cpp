#include "itpn/tasks/features/embed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

// The output is looked at before the weights, which are not there.
TEST(Embed, AnOutputThatContradictsTheFormatIsRefusedFirst) {
  const test::TemporaryDirectory directory;
  const auto refusal = [&](const std::string& output, const std::string& format, ExitCode code) {
    EmbedRequest request;
    request.model.weights = directory.file("none");
    request.pictures = {"a.png"};
    request.output = output.empty() ? "" : directory.file(output);
    request.format = format;
    return test::error_of(code, [&] { embed(request); });
  };
  EXPECT_THAT(refusal("f.csv", "npy", ExitCode::kUsage), HasSubstr("contradict each other"));
  EXPECT_THAT(refusal("f.SAFETENSORS", "csv", ExitCode::kUsage), HasSubstr("contradict each other"));
  EXPECT_THAT(refusal("f.parquet", "", ExitCode::kUsage), HasSubstr("ends in .npy, .safetensors or .csv"));
  EXPECT_THAT(refusal("f.npy", "npz", ExitCode::kUsage), HasSubstr("want npy, safetensors or csv"));
  EXPECT_THAT(refusal("f.Csv", "", ExitCode::kInputOutput), HasSubstr("none"));
  EXPECT_THAT(refusal("f.dat", "csv", ExitCode::kInputOutput), HasSubstr("none"));
}

}  // namespace
}  // namespace itpn
