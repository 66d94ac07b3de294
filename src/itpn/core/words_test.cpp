#include "itpn/core/words.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>

namespace itpn {
namespace {

TEST(CountOf, OneThingIsNotPlural) {
  EXPECT_EQ(count_of(1, "picture"), "1 picture");
  EXPECT_EQ(count_of(0, "picture"), "0 pictures");
  EXPECT_EQ(count_of(1, "class", "classes"), "1 class");
  EXPECT_EQ(count_of(12, "class", "classes"), "12 classes");
}

TEST(ListOf, NamesTheFirstAndCountsTheOthers) {
  EXPECT_EQ(list_of({}, 2), "");
  EXPECT_EQ(list_of({"a", "b"}, 2), "a, b");
  EXPECT_EQ(list_of({"a", "b", "c", "d"}, 2), "a, b and 2 more");
  EXPECT_EQ(list_of({"a", "b", "c"}, 2, ", ..."), "a, b, ...");
}

TEST(LowerCase, ChangesTheLettersOfAsciiAlone) { EXPECT_EQ(lower_case("AZ[@`\xc3\x89 z"), "az[@`\xc3\x89 z"); }

// What a shell makes of a word.
std::string through_the_shell(const std::string& word) {
  const std::string command = "printf %s " + word;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) text += static_cast<char>(c);
  return text;
}

TEST(ShellWord, IsReadBackByAShell) {
  for (const std::string text : {"runs/a=1", "my run", "it's", "$HOME `x` \"y\" *", "-x", "a\nb", "~/r"}) {
    EXPECT_EQ(through_the_shell(shell_word(text)), text);
  }
  EXPECT_EQ(shell_word("runs/lr=1e-3_bs=4"), "runs/lr=1e-3_bs=4");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace itpn
