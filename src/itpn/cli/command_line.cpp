#include "itpn/cli/command_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "itpn/cli/help_text.h"
#include "itpn/config/nearest_name.h"
#include "itpn/core/errors.h"
#include "itpn/core/paths.h"
#include "itpn/core/text_layout.h"

namespace itpn::cli {
namespace {

// "a.b=c": an override rather than a file. Paths with a `/` before the `=` stay files.
bool is_override(const std::string& word) {
  const size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.'; });
}

std::string option_with_dashes(const std::string& word) {
  std::string result = word;
  const size_t end = std::min(word.find('='), word.size());
  std::replace(result.begin() + 2, result.begin() + static_cast<std::ptrdiff_t>(end), '_', '-');
  return result;
}

// The option that `word`, a name without a value, means; null where there is none.
const CLI::Option* option_of(const CLI::App& app, const std::string& word) {
  const bool is_long = word.size() > 2 && word.starts_with("--");
  const bool is_short = word.size() == 2 && word[0] == '-' && word[1] != '-';
  return is_long || is_short ? app.get_option_no_throw(word) : nullptr;
}

bool takes_value(const CLI::Option* option) { return option && option->get_items_expected_max() > 0; }

// The long name, where there is one: only it can be joined to a value.
std::string joined_to(const CLI::Option& option, const std::string& value) {
  const std::string path = with_home(value);
  if (option.get_lnames().empty()) return fmt::format("-{}{}", option.get_snames().front(), path);
  const std::string& name = option.get_lnames().front();
  return fmt::format("--{}={}", name, name == "set" ? value : path);
}

// "--option=value" as it was typed.
std::string with_home_in_value(const std::string& word) {
  const size_t value = word.find('=') + 1;
  return value == 0 || word.starts_with("--set=") ? word : word.substr(0, value) + with_home(word.substr(value));
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
  app_.formatter(std::make_shared<HelpFormatter>(terminal_columns(STDOUT_FILENO)));
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
  Arguments words = normalise(arguments, app_, has_overrides_);
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

namespace {

constexpr const char* kImageSize = "--image-size";

template <class Size>
CLI::Option* add_size_option(CLI::App& app, Size& size, const std::string& absent) {
  const auto read = [&size](const std::string& text) {
    const std::optional<ImageSize> parsed = parse_image_size(text);
    if (!parsed) throw CLI::ValidationError(kImageSize, fmt::format("wanted {}, got {}", kImageSizeForms, text));
    size = *parsed;
  };
  const std::string pixels = "Pixels of a picture" + absent;
  return app.add_option_function<std::string>(kImageSize, read, pixels)->type_name("SIDE|HEIGHTxWIDTH");
}

}  // namespace

CLI::Option* add_image_size(CLI::App& app, std::optional<ImageSize>& size, const std::string& absent) {
  return add_size_option(app, size, "; " + absent + " if absent");
}

CLI::Option* add_image_size(CLI::App& app, ImageSize& size) {
  return add_size_option(app, size, "")->default_str(to_text(size));
}

Arguments normalise(const Arguments& arguments, const CLI::App& app, bool has_overrides) {
  Arguments result;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") {  // words only from here on
      result.insert(result.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
      return result;
    }
    const std::string name = word.starts_with("--") ? option_with_dashes(word) : word;
    const CLI::Option* const option = option_of(app, name);
    if (takes_value(option) && i + 1 < arguments.size() && !arguments[i + 1].empty()) {
      result.push_back(joined_to(*option, arguments[++i]));
    } else if (name.starts_with("-")) {
      result.push_back(with_home_in_value(name));
    } else {
      result.push_back(has_overrides && is_override(word) ? "--set=" + word : with_home(word));
    }
  }
  return result;
}

}  // namespace itpn::cli
