#include "itpn/cli/command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "itpn/cli/help_text.h"
#include "itpn/config/nearest_name.h"
#include "itpn/core/errors.h"
#include "itpn/core/text_layout.h"

namespace itpn::cli {
namespace {

std::string overview(const CommandGroup& group, size_t columns) {
  std::string text =
      fmt::format("{}\n\nExamples:\n{}\nUsage: {} COMMAND [OPTIONS]\n\nCommands:\n", wrap_words(group.summary, columns),
                  wrapped_examples(group.examples, columns), group.program);
  size_t width = 0;
  for (const Command& command : group.commands) width = std::max(width, command.name.size());
  for (const Command& command : group.commands) {
    text += help_row(command.name, command.summary, width + 4, columns);
  }
  const std::string more = fmt::format("{} COMMAND --help tells more about one of them.", group.program);
  return text + "\n" + wrap_words(more, columns) + "\n";
}

[[noreturn]] void throw_unknown(const CommandGroup& group, const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : group.commands) names.push_back(command.name);
  const std::string nearest = nearest_name(name, names);
  throw usage_error(fmt::format("{}: no command \"{}\"; {}", group.program, name,
                                nearest.empty() ? fmt::format("there are {}", fmt::join(names, ", "))
                                                : fmt::format("did you mean \"{}\"?", nearest)));
}

}  // namespace

int dispatch(const CommandGroup& group, const Arguments& arguments) {
  if (arguments.empty()) {
    std::fputs(overview(group, terminal_columns(STDERR_FILENO)).c_str(), stderr);
    return static_cast<int>(ExitCode::kUsage);
  }
  const std::string& first = arguments.front();
  if (first == "--help" || first == "-h" || first == "help") {
    std::fputs(overview(group, terminal_columns(STDOUT_FILENO)).c_str(), stdout);
    return 0;
  }
  std::string name = first;
  std::replace(name.begin(), name.end(), '_', '-');
  for (const Command& command : group.commands) {
    if (command.name == name) return command.run(Arguments(arguments.begin() + 1, arguments.end()));
  }
  throw_unknown(group, first);
}

}  // namespace itpn::cli
