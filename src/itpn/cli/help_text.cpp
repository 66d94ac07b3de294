#include "itpn/cli/help_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "itpn/core/text_layout.h"

namespace itpn::cli {
namespace {

constexpr size_t kIndent = 6;  // of what goes on below

std::string without_blanks_at_the_end(const std::string& text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

std::string wrapped_example(const std::string& example, size_t columns) {
  if (columns_of(example) <= columns) return example + "\n";
  const size_t comment = example.find("  # ");
  const std::string command = without_blanks_at_the_end(example.substr(0, comment));
  std::string text;
  if (comment != std::string::npos) {
    std::istringstream lines(wrap_words(example.substr(comment + 4), columns - std::min<size_t>(columns, 4)));
    for (std::string line; std::getline(lines, line);) text += "  # " + line + "\n";
  }
  if (columns_of(command) <= columns) return text + command + "\n";
  std::istringstream lines(wrap_words(command, columns - std::min<size_t>(columns, 2), kIndent));  // room for " \"
  std::string line;
  std::getline(lines, line);
  text += line;
  while (std::getline(lines, line)) text += " \\\n" + line;
  return text + "\n";
}

}  // namespace

std::string wrapped_examples(const std::string& examples, size_t columns) {
  std::istringstream lines(examples);
  std::string text;
  for (std::string line; std::getline(lines, line);) text += wrapped_example(line, columns);
  return text;
}

std::string help_row(const std::string& name, const std::string& text, size_t column, size_t columns) {
  constexpr size_t kNarrowestColumn = 30;
  const std::string left = wrap_words("  " + name, columns, kIndent);
  if (text.empty()) return left + "\n";
  const bool fits_beside = columns >= column + kNarrowestColumn && columns_of(left) + 2 <= column;
  if (!fits_beside) return left + "\n" + std::string(kIndent, ' ') + wrap_words(text, columns, kIndent, kIndent) + "\n";
  return fmt::format("{:<{}}{}\n", left, column, wrap_words(text, columns, column, column));
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  std::string usage = make_usage(app, name);
  while (usage.ends_with('\n')) usage.pop_back();
  return wrap_words(app->get_description(), columns_) + "\n\nExamples:\n" +
         wrapped_examples(app->get_footer(), columns_) + "\n" + wrap_words(usage, columns_, kIndent) + "\n" +
         make_positionals(app) + make_groups(app, mode) + "\n";
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  constexpr size_t kColumn = 32;
  const std::string name = make_option_name(option, is_positional) + make_option_opts(option);
  return help_row(name, make_option_desc(option), kColumn, columns_);
}

}  // namespace itpn::cli
