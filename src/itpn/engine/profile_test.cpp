#include "itpn/engine/profile.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>

#include "itpn/core/files.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

TEST(Profile, CountsEachOperatorWithoutThoseThatItCalls) {
  const test::TemporaryDirectory directory;
  const std::string trace = directory.path() + "/trace.json";
  const at::Tensor a = torch::randn({64, 64}), bias = torch::randn({64});
  Profile profile(torch::kCPU);
  for (int i = 0; i < 3; ++i) at::linear(a, a, bias);  // calls aten::addmm
  const std::vector<ProfileRow> rows = profile.stop(trace);
  const auto row_of = [&](const std::string& name) {
    return std::find_if(rows.begin(), rows.end(), [&](const ProfileRow& row) { return row.name == name; });
  };
  ASSERT_NE(row_of("aten::addmm"), rows.end());
  EXPECT_EQ(row_of("aten::addmm")->calls, 3);
  EXPECT_EQ(row_of("aten::linear")->calls, 3);
  double share = 0.0;
  for (const ProfileRow& row : rows) {
    EXPECT_GE(row.milliseconds, 0.0) << row.name;
    share += row.share;
  }
  EXPECT_NEAR(share, 1.0, 1e-9);
  EXPECT_NE(read_text_file(posix_fs(), trace).find("aten::addmm"), std::string::npos);
  EXPECT_NE(to_text(rows).find("aten::addmm"), std::string::npos);
}

TEST(Profile, LeavesNothingBehindWhenItIsNotStopped) {
  { const Profile profile(torch::kCPU); }
  const test::TemporaryDirectory directory;
  Profile profile(torch::kCPU);
  torch::randn({4}).sum();
  EXPECT_FALSE(profile.stop(directory.path() + "/trace.json").empty());
}

}  // namespace
}  // namespace itpn
