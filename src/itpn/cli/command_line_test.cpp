#include "itpn/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"

namespace itpn::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A command with a positional, an option, a flag and overrides.
struct Example {
  Example() : line("itpn example", "Does nothing.", "  itpn example a.toml\n") {
    line.app().add_option("RECIPE", recipe, "file");
    line.app().add_option("--output-dir,-o", output_dir, "directory");
    line.app().add_option("--output-file", output_file, "file");
    line.app().add_flag("--allow-change", allow_change, "flag");
    line.add_overrides(overrides);
  }
  CommandLine line;
  std::string recipe, output_dir, output_file;
  bool allow_change = false;
  std::vector<std::string> overrides;
};

TEST(CommandLine, BareOverrideMeansSet) {
  Example example;
  ASSERT_TRUE(example.line.parse({"a.toml", "train.epochs=3", "--set", "train.seed=1", "-o", "out"}));
  EXPECT_EQ(example.recipe, "a.toml");
  EXPECT_EQ(example.output_dir, "out");
  EXPECT_THAT(example.overrides, ElementsAre("train.epochs=3", "train.seed=1"));
}

TEST(CommandLine, OverridesKeepTheirUnderscoresAndValues) {
  Example example;
  ASSERT_TRUE(example.line.parse({"train.global_batch_size=8", "data.path=/a b/c=d", "optim.lr=-1"}));
  EXPECT_THAT(example.overrides, ElementsAre("train.global_batch_size=8", "data.path=/a b/c=d", "optim.lr=-1"));
}

TEST(CommandLine, TheHomeDirectoryIsPutInWhereTheShellLeavesItOut) {
  ASSERT_EQ(setenv("HOME", "/home/me", 1), 0);
  for (const Arguments& arguments : {Arguments{"~/a.toml", "--output-dir=~/out"},
                                     {"~/a.toml", "--output_dir", "~/out"},
                                     {"-o", "~/out", "~/a.toml"}}) {
    Example example;
    ASSERT_TRUE(example.line.parse(arguments));
    EXPECT_EQ(example.recipe, "/home/me/a.toml");
    EXPECT_EQ(example.output_dir, "/home/me/out");
  }
}

// The keys of the recipe know which of them are paths.
TEST(CommandLine, OverridesStayAsTheyAre) {
  ASSERT_EQ(setenv("HOME", "/home/me", 1), 0);
  Example example;
  ASSERT_TRUE(example.line.parse({"data.path=~/pictures", "--set", "data.mean=~", "--set=data.val_path=~/b"}));
  EXPECT_THAT(example.overrides, ElementsAre("data.path=~/pictures", "data.mean=~", "data.val_path=~/b"));
}

TEST(CommandLine, WhatFollowsAnOptionIsItsValueWhateverItLooksLike) {
  for (const char* value :
       {"lr=0.01_bs=4", "a.b=c", "--set", "--allow-change", "-1", "--", "-o", "epoch=9-step=54.pth"}) {
    Example example;
    ASSERT_TRUE(example.line.parse({"-o", value, "a.toml", "--output-file", value}));
    EXPECT_EQ(example.output_dir, value);
    EXPECT_EQ(example.output_file, value);
    EXPECT_EQ(example.recipe, "a.toml");
    EXPECT_FALSE(example.allow_change);
    EXPECT_TRUE(example.overrides.empty());
  }
}

TEST(CommandLine, AnOptionWithoutItsValueIsAnError) {
  EXPECT_THAT(test::error_of(ExitCode::kUsage,
                             [] {
                               Example().line.parse({"a.toml", "-o"});
                             }),
              HasSubstr("output-dir"));
  EXPECT_THAT(test::error_of(ExitCode::kUsage,
                             [] {
                               Example().line.parse({"a.toml", "--output-dir"});
                             }),
              HasSubstr("output-dir"));
}

TEST(CommandLine, WordsBehindTwoDashesAreFiles) {
  Example example;
  ASSERT_TRUE(example.line.parse({"--", "a.b=c"}));
  EXPECT_EQ(example.recipe, "a.b=c");
}

TEST(CommandLine, AcceptsUnderscoresInOptionNames) {
  Example example;
  ASSERT_TRUE(example.line.parse({"--output_dir=my_dir", "--allow_change"}));
  EXPECT_EQ(example.output_dir, "my_dir");
  EXPECT_TRUE(example.allow_change);
}

TEST(CommandLine, NamesTheNearestOption) {
  const Arguments arguments = {"--output-dri", "x"};
  EXPECT_THAT(test::error_of(ExitCode::kUsage, [&] { Example().line.parse(arguments); }),
              HasSubstr("did you mean --output-dir?"));
}

TEST(CommandLine, HelpNamesTheProgramOnceInItsUsage) {
  Example example;
  testing::internal::CaptureStdout();
  EXPECT_FALSE(example.line.parse({"--help"}));
  const std::string help = testing::internal::GetCapturedStdout();
  EXPECT_THAT(help, HasSubstr("Usage: itpn example [OPTIONS]"));
}

TEST(CommandLine, APathWithAnEqualsSignIsAFile) {
  Example example;
  ASSERT_TRUE(example.line.parse({"runs/lr=1/recipe.toml"}));
  EXPECT_EQ(example.recipe, "runs/lr=1/recipe.toml");
}

int succeed(const Arguments& arguments) { return static_cast<int>(arguments.size()); }

TEST(Dispatch, FindsACommandAndSuggestsTheNearest) {
  const CommandGroup group = {"itpn", "summary", "", {{"pretrain", "", succeed}, {"finetune-all", "", succeed}}};
  EXPECT_EQ(dispatch(group, {"pretrain", "a", "b"}), 2);
  EXPECT_EQ(dispatch(group, {"finetune_all"}), 0);
  EXPECT_THAT(test::error_of(ExitCode::kUsage, [&] { dispatch(group, {"pretrian"}); }),
              HasSubstr("did you mean \"pretrain\"?"));
}

}  // namespace
}  // namespace itpn::cli
