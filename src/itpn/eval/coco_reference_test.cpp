// The evaluation against real pycocotools, through the files that both read. ITPN_PYCOCOTOOLS_PYTHON names a Python
// that has it; python3 where it is not set.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "itpn/core/words.h"
#include "itpn/eval/coco_evaluator.h"
#include "itpn/eval/random_coco_for_test.h"
#include "itpn/io/coco_json.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

constexpr int kAbsent = 77;  // of the script: no pycocotools

// Sets of several kinds: usual, many ties, many results of a picture, crowds, results without boxes.
test::RandomCoco set_of(uint64_t number) {
  test::RandomCocoShape shape;
  if (number % 5 == 1) shape.score_steps = 3;
  if (number % 5 == 2) shape.most_results = 500;
  if (number % 5 == 3) shape.crowd_share = 0.6;
  shape.has_boxes = number % 5 != 4;
  return test::random_coco(100 + number, shape);
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<double> numbers_in(const std::string& line) {
  std::vector<double> numbers;
  std::istringstream words(line);
  for (std::string word; words >> word;) numbers.push_back(std::strtod(word.c_str(), nullptr));
  return numbers;
}

TEST(CocoReference, GivesTheSameNumbersToTheLastBit) {
  constexpr uint64_t kSets = 25;
  const test::TemporaryDirectory directory;
  for (uint64_t number = 0; number < kSets; ++number) {
    const test::RandomCoco coco = set_of(number);
    std::ofstream(fmt::format("{}/{}_gt.json", directory.path(), number)) << coco_text(coco.truth);
    std::ofstream(fmt::format("{}/{}_dt.json", directory.path(), number)) << coco_results_text(coco.results);
  }
  const char* python = std::getenv("ITPN_PYCOCOTOOLS_PYTHON");
  const std::string script = test::source_path("src/itpn/eval/testdata/score_coco.py"), out = directory.path() + "/out";
  const int status = std::system(fmt::format("{} {} {} > {}", shell_word(python ? python : "python3"),
                                             shell_word(script), shell_word(directory.path()), shell_word(out))
                                     .c_str());
  if (WIFEXITED(status) && WEXITSTATUS(status) == kAbsent) GTEST_SKIP() << "needs Python with pycocotools";
  ASSERT_EQ(status, 0);
  const std::vector<std::string> lines = lines_of(out);
  ASSERT_EQ(lines.size(), 4 * kSets);
  size_t line = 0;
  for (uint64_t number = 0; number < kSets; ++number) {
    const test::RandomCoco coco = set_of(number);
    for (const IouKind kind : {IouKind::kBoxes, IouKind::kMasks}) {
      for (const auto& limits : {std::array<int64_t, 3>{1, 10, 100}, {100, 300, 1000}}) {
        CocoEvaluator evaluator(coco.truth, {kind, limits});
        evaluator.add_all(coco.results, 2);
        const auto found = evaluator.value(2).numbers();
        EXPECT_EQ(std::vector<double>(found.begin(), found.end()), numbers_in(lines[line]))
            << "set " << number << ", line " << line;
        ++line;
      }
    }
  }
}

}  // namespace
}  // namespace itpn
