#include "itpn/cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "itpn/config/nearest_name.h"
#include "itpn/core/errors.h"

namespace itpn::cli {
namespace {

// Examples before the usage line and the options.
class ExamplesFirst : public CLI::Formatter {
 public:
  ExamplesFirst() { column_width(32); }

  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    return app->get_description() + "\n\nExamples:\n" + app->get_footer() + "\n" + make_usage(app, name) +
           make_positionals(app) + make_groups(app, mode) + "\n";
  }
};

// "a.b=c": an override rather than a file. Paths with a `/` before the `=` stay files.
bool is_override(const std::string& word) {
  const size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.'; });
}

// `data.path=~/pictures` with the home directory, which a shell puts in at the start of a word only.
std::string with_home(const std::string& override_word) {
  const size_t value = override_word.find('=') + 1;
  const char* home = std::getenv("HOME");
  if (!home || override_word.compare(value, 2, "~/") != 0) return override_word;
  return override_word.substr(0, value) + home + override_word.substr(value + 1);
}

std::string option_with_dashes(const std::string& word) {
  std::string result = word;
  const size_t end = std::min(word.find('='), word.size());
  std::replace(result.begin() + 2, result.begin() + static_cast<std::ptrdiff_t>(end), '_', '-');
  return result;
}

// The option closest to the first unknown one, as a question, or an empty text.
std::string suggestion(const CLI::App& app) {
  const std::vector<std::string> unknown = app.remaining();
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const std::string& word : unknown) {
    const std::string nearest = nearest_name(word.substr(0, word.find('=')), names);
    if (word.starts_with("--") && !nearest.empty()) return fmt::format("; did you mean {}?", nearest);
  }
  return "";
}

}  // namespace

CommandLine::CommandLine(const std::string& program, const std::string& summary, const std::string& examples)
    : program_(program), app_(summary, program) {
  app_.formatter(std::make_shared<ExamplesFirst>());
  app_.footer(examples);
  app_.get_help_ptr()->description("Show this text");
  app_.get_help_ptr()->group("Help");
  app_.option_defaults()->always_capture_default();
}

void CommandLine::add_overrides(std::vector<std::string>& overrides) {
  has_overrides_ = true;
  app_.add_option("--set", overrides, "Change one key of the recipe; KEY=VALUE without --set means the same")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->group("Recipe");
}

bool CommandLine::parse(const Arguments& arguments) {
  Arguments words = normalise(arguments, has_overrides_);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app_.parse(std::move(words));
    return true;
  } catch (const CLI::CallForHelp&) {
    std::fputs(app_.help().c_str(), stdout);
    return false;
  } catch (const CLI::ParseError& error) {
    throw usage_error(
        fmt::format("{}: {}{} ({} --help shows the options)", program_, error.what(), suggestion(app_), program_));
  }
}

Arguments normalise(const Arguments& arguments, bool has_overrides) {
  Arguments result;
  bool only_words = false;  // after "--"
  bool is_value_of_set = false;
  for (const std::string& word : arguments) {
    if (only_words || is_value_of_set) {
      result.push_back(word);
      is_value_of_set = false;
    } else if (word.starts_with("--")) {
      result.push_back(option_with_dashes(word));
      only_words = word == "--";
      is_value_of_set = word == "--set";
    } else {
      const bool is_set = has_overrides && is_override(word);
      if (is_set) result.push_back("--set");
      result.push_back(is_set ? with_home(word) : word);
    }
  }
  return result;
}

}  // namespace itpn::cli
