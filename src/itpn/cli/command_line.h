// The options of one subcommand: CLI11 with this program's habits. Options are shown in kebab-case and accepted with
// underscores too; a bare `a.b=c` means `--set a.b=c`; help shows examples first; errors name the nearest option.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <optional>
#include <string>
#include <vector>

#include "itpn/cli/command.h"
#include "itpn/core/image_size.h"

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

// Adds `--image-size SIDE|HEIGHTxWIDTH`; `absent` says in the help what holds without it.
CLI::Option* add_image_size(CLI::App& app, std::optional<ImageSize>& size, const std::string& absent);
// The same with a default.
CLI::Option* add_image_size(CLI::App& app, ImageSize& size);

// The words as CLI11 cannot misread them: `_` as `-` in option names; what follows an option that takes a value,
// however it looks, joined to it as `--option=value`; where `has_overrides`, a bare `a.b=c` as `--set=a.b=c`; and the
// home directory in place of a `~` at the start of a value or of a word of its own. Values of --set stay as they are:
// which of them are paths, the recipe's keys tell.
Arguments normalise(const Arguments& arguments, const CLI::App& app, bool has_overrides);

}  // namespace itpn::cli
