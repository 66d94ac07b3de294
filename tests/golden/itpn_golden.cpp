// itpn_golden [FIXTURES_DIR]: compares every reference value of a folder with what the library computes. One line each,
// exit 1 where one fails.
#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "tests/golden/golden.h"

namespace {

using itpn::golden::Check;
using itpn::golden::Comparison;

enum class Outcome { kPass, kFail, kSkip };

void print_line(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

// Runs `check` and prints its line.
template <class Run>
Outcome run_check(const std::string& name, const Run& check) {
  try {
    Comparison comparison;
    check(comparison);
    print_line(fmt::format("{} {} worst={:.2e} tensor={} compared={}", comparison.passed() ? "pass" : "FAIL", name,
                           comparison.worst(), comparison.worst_name(), comparison.compared()));
    return comparison.passed() ? Outcome::kPass : Outcome::kFail;
  } catch (const std::exception& error) {
    print_line(fmt::format("FAIL {} worst=inf tensor=- {}", name, error.what()));
    return Outcome::kFail;
  }
}

Outcome skip(const std::string& name) {
  print_line(fmt::format("skip {} (no check for this kind yet)", name));
  return Outcome::kSkip;
}

Outcome run_fixture(const std::string& folder, const std::string& name) {
  const Check check = itpn::golden::find_check(name);
  if (!check) return skip(name);
  return run_check(name, [&](Comparison& c) { check(itpn::golden::load_fixture(folder, name), c); });
}

Outcome run_archive(const std::string& folder, const std::string& name) {
  const itpn::golden::ArchiveKind kind = itpn::golden::find_archive_kind(name);
  if (!kind.check) return skip(name);
  return run_check(name, [&](Comparison& c) { kind.check(itpn::golden::load_fixture(folder, kind.fixture), name, c); });
}

// Names of the descriptions, then file names of the weight archives, each in order.
struct Contents {
  std::vector<std::string> fixtures, archives;
};

Contents list_folder(const std::string& folder) {
  Contents contents;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto& path = entry.path();
    if (path.extension() == ".json") contents.fixtures.push_back(path.stem().string());
    if (path.extension() == ".pth" || path.extension() == ".pt") contents.archives.push_back(path.filename().string());
  }
  std::sort(contents.fixtures.begin(), contents.fixtures.end());
  std::sort(contents.archives.begin(), contents.archives.end());
  return contents;
}

int run_folder(const std::string& folder) {
  const Contents contents = list_folder(folder);
  int counts[3] = {0, 0, 0};
  for (const std::string& name : contents.fixtures) ++counts[static_cast<int>(run_fixture(folder, name))];
  for (const std::string& name : contents.archives) ++counts[static_cast<int>(run_archive(folder, name))];
  print_line(fmt::format("{} passed, {} failed, {} skipped", counts[0], counts[1], counts[2]));
  if (contents.fixtures.empty()) {
    std::fprintf(stderr, "itpn_golden: no NAME.json in %s\n", folder.c_str());
    return 1;
  }
  return counts[1] > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "../shared/reference/fixtures";
  if (argc > 2 || !std::filesystem::is_directory(folder)) {
    std::fprintf(stderr, "usage: itpn_golden [FIXTURES_DIR]; %s is no folder\n", folder.c_str());
    return 2;
  }
  return run_folder(folder);
}
