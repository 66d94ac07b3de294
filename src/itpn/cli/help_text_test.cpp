#include "itpn/cli/help_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "itpn/core/text_layout.h"

namespace itpn::cli {
namespace {

using ::testing::HasSubstr;

constexpr const char* kExamples =
    "  itpn x a.toml                              # short one\n"
    "  itpn x configs/finetune/itpn_base_pixel.toml --init itpn_base.pth -o out/base data.path=IMAGENET/train\n";

// The help of a command whose options and descriptions are long.
std::string help_at(size_t columns) {
  CLI::App app("A sentence that tells in some more words than fit what the command does.", "itpn x");
  std::string recipe, weights;
  app.formatter(std::make_shared<HelpFormatter>(columns));
  app.footer(kExamples);
  app.add_option("RECIPE", recipe, "TOML file of settings; without one, the built-in recipe");
  app.add_option("--resume", weights, "Continue: `auto` takes the newest checkpoint that verifies, or name one")
      ->type_name("auto|CHECKPOINT");
  return app.help();
}

TEST(Help, LinesFitTheTerminalAndWordsStayWhole) {
  for (const size_t columns : {40U, 60U, 80U, 130U}) {
    std::istringstream lines(help_at(columns));
    for (std::string line; std::getline(lines, line);) {
      // A path is one word.
      if (line.find("itpn_base_pixel") != std::string::npos) continue;
      EXPECT_LE(columns_of(line), columns) << line;
    }
    std::istringstream words(help_at(columns));
    std::string joined;
    for (std::string word; words >> word;) joined += word == "\\" ? "" : word + " ";
    EXPECT_THAT(joined, HasSubstr("more words than fit what the command does."));
    EXPECT_THAT(joined, HasSubstr("takes the newest checkpoint that verifies, or name one"));
    EXPECT_THAT(joined, HasSubstr("configs/finetune/itpn_base_pixel.toml --init itpn_base.pth -o out/base"));
  }
}

TEST(Help, DescriptionsStandInAColumnWhereThereIsRoom) {
  EXPECT_THAT(help_at(100), HasSubstr("  --resume auto|CHECKPOINT      Continue: `auto`"));
  EXPECT_THAT(help_at(50), HasSubstr("  --resume auto|CHECKPOINT\n      Continue: `auto`"));
}

TEST(Help, ALongExampleCanStillBeCopied) {
  EXPECT_EQ(wrapped_examples("  itpn plot out/a out/b -o compare.png\n", 26),
            "  itpn plot out/a out/b \\\n      -o compare.png\n");
  EXPECT_EQ(wrapped_examples("  itpn plot out/a      # draws curves of it\n", 30),
            "  # draws curves of it\n  itpn plot out/a\n");
}

}  // namespace
}  // namespace itpn::cli
