// itpn_golden [FIXTURES_DIR] [--device cpu|cuda|cuda:N] [--precision fp32|bf16|fp16]: compares every reference value of
// a folder with what the library computes there, with the tolerances of that precision. One line each; exit 1 where one
// fails, 2 for a call that makes no sense or a device that is not there.
#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "itpn/core/errors.h"
#include "itpn/engine/device.h"
#include "itpn/engine/precision.h"
#include "tests/golden/golden.h"

namespace {

using namespace itpn::golden;

enum class Outcome { kPass, kFail, kSkip };

constexpr const char* kUsage =
    "usage: itpn_golden [FIXTURES_DIR] [--device cpu|cuda|cuda:N] [--precision fp32|bf16|fp16]";

void print_line(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

// Results of the fixture that were not compared, in the short.
std::string describe_left_out(const std::vector<std::string>& names) {
  return names.empty()
             ? ""
             : fmt::format(" not_compared={} ({}{})", names.size(), names[0], names.size() > 1 ? ", ..." : "");
}

// Runs `check`, which returns what it has left out, and prints its line.
template <class Run>
Outcome run_check(const std::string& name, const Tolerances& tolerances, const Run& check) {
  try {
    Comparison comparison(tolerances);
    const std::vector<std::string> left_out = check(comparison);
    if (comparison.compared() == 0) throw std::runtime_error("holds nothing that can be compared");
    print_line(fmt::format("{} {} worst={:.2e} tensor={} compared={}{}", comparison.passed() ? "pass" : "FAIL", name,
                           comparison.worst(), comparison.worst_name(), comparison.compared(),
                           describe_left_out(left_out)));
    return comparison.passed() ? Outcome::kPass : Outcome::kFail;
  } catch (const std::exception& error) {
    print_line(fmt::format("FAIL {} worst=inf tensor=- {}", name, error.what()));
    return Outcome::kFail;
  }
}

Outcome skip(const std::string& name, const char* why) {
  print_line(fmt::format("skip {} ({})", name, why));
  return Outcome::kSkip;
}

Outcome run_fixture(const std::string& folder, const std::string& name, const Setting& setting) {
  const Kind kind = find_kind(name);
  if (!kind.check) return skip(name, "no check for this kind yet");
  const bool is_exact = setting.dtype == at::kFloat;
  if (kind.runs != Runs::kModels && !is_exact) return skip(name, "no matrix products in this precision");
  const Setting own = kind.runs == Runs::kOnHost ? Setting{} : setting;
  return run_check(name, tolerances_of(own.dtype), [&](Comparison& comparison) {
    const Fixture fixture = load_fixture(folder, name, own);
    kind.check(fixture, comparison);
    return left_out(fixture, comparison);
  });
}

Outcome run_archive(const std::string& folder, const std::string& name) {
  const ArchiveKind kind = find_archive_kind(name);
  if (!kind.check) return skip(name, "no check for this kind yet");
  return run_check(name, {}, [&](Comparison& comparison) {
    kind.check(load_fixture(folder, kind.fixture), name, comparison);
    return std::vector<std::string>();
  });
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

int run_folder(const std::string& folder, const Setting& setting) {
  const Contents contents = list_folder(folder);
  int counts[3] = {0, 0, 0};
  for (const std::string& name : contents.fixtures) ++counts[static_cast<int>(run_fixture(folder, name, setting))];
  if (setting.dtype == at::kFloat) {
    for (const std::string& name : contents.archives) ++counts[static_cast<int>(run_archive(folder, name))];
  }
  print_line(fmt::format("{} passed, {} failed, {} skipped on {} in {}", counts[0], counts[1], counts[2],
                         itpn::describe_device(setting.device), c10::toString(setting.dtype)));
  if (contents.fixtures.empty()) {
    std::fprintf(stderr, "itpn_golden: no NAME.json in %s\n", folder.c_str());
    return 1;
  }
  return counts[1] > 0 ? 1 : 0;
}

struct Arguments {
  std::string folder = "../shared/reference/fixtures";
  std::string device = "cpu";
  std::string precision = "fp32";
};

// Nothing where they make no sense.
std::optional<Arguments> parse(const std::vector<std::string>& words) {
  Arguments arguments;
  bool has_folder = false;
  for (size_t i = 0; i < words.size(); ++i) {
    std::string* value = words[i] == "--device"      ? &arguments.device
                         : words[i] == "--precision" ? &arguments.precision
                                                     : nullptr;
    if (value) {
      if (++i == words.size()) return std::nullopt;
      *value = words[i];
    } else if (has_folder || words[i].starts_with("-")) {
      return std::nullopt;
    } else {
      arguments.folder = words[i];
      has_folder = true;
    }
  }
  return arguments;
}

// Other than runs, this one takes fp16 on a CPU too, which is slow there but a stand-in for a GPU.
at::ScalarType type_of(const std::string& precision) {
  if (precision == "fp32") return at::kFloat;
  if (precision == "bf16") return at::kBFloat16;
  if (precision == "fp16") return at::kHalf;
  throw itpn::usage_error(fmt::format("--precision {}: want fp32, bf16 or fp16", precision));
}

// Throws itpn::Error for a device that is not there, or a precision that it does not know.
Setting prepare(const Arguments& arguments) {
  const at::Device device = itpn::select_device(arguments.device);
  itpn::configure_numerics({}, device);  // products in full fp32, without TF32
  return {device, type_of(arguments.precision)};
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Arguments> arguments = parse({argv + 1, argv + argc});
  if (!arguments) {
    std::fprintf(stderr, "%s\n", kUsage);
    return 2;
  }
  if (!std::filesystem::is_directory(arguments->folder)) {
    std::fprintf(stderr, "%s; %s is no folder\n", kUsage, arguments->folder.c_str());
    return 2;
  }
  try {
    return run_folder(arguments->folder, prepare(*arguments));
  } catch (const itpn::Error& error) {
    std::fprintf(stderr, "itpn_golden: %s\n", error.what());
    return static_cast<int>(error.code());
  }
}
