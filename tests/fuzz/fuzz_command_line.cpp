// Lines of the input are the words of a command line: filled in, or refused as the user's error.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "itpn/cli/command_line.h"
#include "itpn/core/errors.h"

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  itpn::cli::CommandLine line("itpn try", "Tries words.", "  itpn try recipe.toml -o out");
  std::string recipe, output, init;
  std::vector<std::string> overrides, pictures;
  int64_t count = 0;
  bool is_quick = false;
  line.app().add_option("recipe", recipe, "a file");
  line.app().add_option("-o,--output-dir", output, "a directory")->required();
  line.app().add_option("--init", init, "weights");
  line.app().add_option("--count", count, "a number");
  line.app().add_option("--picture", pictures, "several words");
  line.app().add_flag("--quick", is_quick, "a flag");
  line.add_overrides(overrides);
  try {
    line.parse(lines_of({reinterpret_cast<const char*>(data), size}));
  } catch (const itpn::Error& error) {
    if (error.code() != itpn::ExitCode::kUsage) throw;
  }
  return 0;
}
