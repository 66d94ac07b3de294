// The options of one subcommand: CLI11 with this program's habits. Options are shown in kebab-case and accepted with
// underscores too; a bare `a.b=c` means `--set a.b=c`; help shows examples first; errors name the nearest option.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>
#include <vector>

#include "itpn/cli/command.h"

namespace itpn::cli {

class CommandLine {
 public:
  // `program` as "itpn pretrain"; `examples` has one command a line, indented by two.
  CommandLine(const std::string& program, const std::string& summary, const std::string& examples);

  // For adding positionals, options and flags.
  CLI::App& app() { return app_; }
  // Adds `--set KEY=VALUE`, which may be repeated.
  void add_overrides(std::vector<std::string>& overrides);

  // Fills the variables that were bound. False where the help was asked for and has been printed. Throws a usage error.
  bool parse(const Arguments& arguments);

 private:
  std::string program_;
  CLI::App app_;
  bool has_overrides_ = false;
};

// The words with `_` as `-` in option names and, where `has_overrides`, with bare `a.b=c` as `--set a.b=c`, a `~/` at
// the start of its value replaced by the home directory.
Arguments normalise(const Arguments& arguments, bool has_overrides);

}  // namespace itpn::cli
