// The look of help texts: what a command does, examples, usage, options; in lines that fit the terminal.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>
#include <cstddef>
#include <string>

namespace itpn::cli {

// Examples, one command a line, indented by two. A longer one goes on with `\` at the end of the line, so that it can
// be copied into a shell; its comment ("  # ...") then stands above it.
std::string wrapped_examples(const std::string& examples, size_t columns);

// "  NAME  text", the texts in a column of their own at `column` where there is room for one, else below the names.
std::string help_row(const std::string& name, const std::string& text, size_t column, size_t columns);

// Examples before the usage line and the options.
class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(size_t columns) : columns_(columns) {}

  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;

 private:
  size_t columns_;
};

}  // namespace itpn::cli
