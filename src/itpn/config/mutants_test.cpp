// Several hundred recipes, each wrong in one place: every one is refused as the user's error, with line and key.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "itpn/config/config.h"
#include "itpn/config/sample_config_for_test.h"
#include "itpn/core/errors.h"

namespace itpn {
namespace {

struct Mutant {
  std::string text;
  size_t line;      // where the mistake is
  std::string key;  // what the message must contain besides the line
  bool malformed = false;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The sample recipe with one line replaced.
std::string with_line(size_t index, const std::string& line) {
  std::vector<std::string> lines = lines_of(test::sample_recipe());
  lines[index] = line;
  std::string text;
  for (const std::string& each : lines) text += each + "\n";
  return text;
}

class MutantMaker {
 public:
  std::vector<Mutant> make() {
    const std::vector<std::string> lines = lines_of(test::sample_recipe());
    std::string table;
    for (size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].front() == '[') {
        table = lines[i].substr(1, lines[i].size() - 2);
        misspell(i, table, "[", "]");
      } else {
        const size_t equals = lines[i].find(" = ");
        index_ = i;
        key_ = lines[i].substr(0, equals);
        value_ = lines[i].substr(equals + 3);
        prefix_ = table.empty() ? "" : table + ".";
        misspell(i, key_, "", " = " + value_);
        misplaced();
        wrong_values();
        malformed();
      }
    }
    return std::move(mutants_);
  }

 private:
  // Each letter left out, doubled, and swapped with the next.
  void misspell(size_t line, const std::string& name, const std::string& before, const std::string& after) {
    for (size_t at = 0; at < name.size(); ++at) {
      std::string left_out = name, doubled = name, swapped = name;
      left_out.erase(at, 1);
      doubled.insert(at, 1, name[at]);
      if (at + 1 < name.size()) std::swap(swapped[at], swapped[at + 1]);
      for (const std::string& wrong : {left_out, doubled, swapped}) {
        if (wrong == name) continue;
        mutants_.push_back({with_line(line, before + wrong + after), line + 1, wrong});
      }
    }
  }

  void misplaced() {
    add("nowhere." + key_ + " = " + value_, "nowhere");
    add("\"" + key_ + ".x\" = " + value_, key_ + ".x");
  }

  void wrong_values() {
    const auto info = info_of(prefix_ + key_);
    for (const char* value : {"{}", "{a = 1}", "[[]]", "2020-01-01", "07:32:00", "[true]"}) add_value(value);
    if (value_.front() != '"') add_value("\"text\"");
    if (value_ != "true") add_value("true");
    if (value_ == "true" || value_.front() == '"' || value_.front() == '[') add_value("1");
    if (std::isfinite(info.min)) add_value(in_list(fmt::format("{}", static_cast<int64_t>(info.min) - 1)));
    if (std::isfinite(info.max)) add_value(in_list(fmt::format("{}", static_cast<int64_t>(info.max) + 1)));
    if (info.min_exclusive) add_value("0.0");
    if (value_.front() != '"' && !info.allow_non_finite) {
      for (const char* value : {"nan", "inf", "-inf"}) add_value(in_list(value));
    }
    if (!info.one_of.empty()) {
      for (const char* value : {"\"\"", "\"Folder\"", "\"folder \"", "\"tarr\""}) add_value(value);
    }
    if (info.count > 0) {
      for (const char* value : {"[]", "[0.1]", "[0.1, 0.1, 0.1]"}) add_value(value);
    }
  }

  void malformed() {
    const std::vector<std::string> wrong = {key_ + " " + value_,
                                            key_ + " = ",
                                            key_ + " == " + value_,
                                            key_ + " = " + value_ + " x",
                                            key_ + " = \"open",
                                            key_ + " = 'open",
                                            key_ + " = 01",
                                            "= " + value_,
                                            key_ + " = 1__0",
                                            key_ + " = 99999999999999999999",
                                            key_ + " = \"\\q\"",
                                            "[" + key_,
                                            key_ + " = " + value_ + "\n" + key_ + " = " + value_};
    for (const std::string& line : wrong) mutants_.push_back({with_line(index_, line), index_ + 1, "", true});
  }

  static FieldInfo info_of(const std::string& path) {
    test::SampleConfig config;
    for (const FieldRef& field : list_fields(config).fields) {
      if (field.path == path) return field.info;
    }
    return {};
  }

  std::string in_list(const std::string& value) const {
    return value_.front() != '[' ? value : "[" + value + ", " + value + "]";
  }
  void add_value(const std::string& value) { add(key_ + " = " + value, prefix_ + key_); }
  void add(const std::string& line, const std::string& key) {
    mutants_.push_back({with_line(index_, line), index_ + 1, key});
  }

  std::vector<Mutant> mutants_;
  size_t index_ = 0;
  std::string key_, value_, prefix_;
};

std::string error_of_mutant(const std::string& text) {
  try {
    load_config<test::SampleConfig>("recipe.toml", text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage) << error.what();
    return error.what();
  }
  return "accepted";
}

TEST(ConfigMutants, EveryOneIsRefusedWithLineAndKey) {
  const std::vector<Mutant> mutants = MutantMaker().make();
  EXPECT_GE(mutants.size(), 500U);
  for (const Mutant& mutant : mutants) {
    const std::string message = error_of_mutant(mutant.text);
    EXPECT_NE(message, "accepted") << mutant.text;
    const size_t last_line = mutant.line + (mutant.malformed ? 1 : 0);  // what is left open is noticed a line later
    const bool names_line = message.starts_with(fmt::format("recipe.toml:{}:", mutant.line)) ||
                            message.starts_with(fmt::format("recipe.toml:{}:", last_line));
    EXPECT_TRUE(names_line) << mutant.line << ": " << message << "\n" << mutant.text;
    EXPECT_THAT(message, testing::HasSubstr(mutant.key)) << mutant.text;
  }
}

// No prefix, no cut and no stray byte may crash the reader or escape as another kind of error.
TEST(ConfigMutants, CutsAndStrayBytesNeverEscapeAsAnotherError) {
  const std::string recipe = test::sample_recipe();
  int refused = 0;
  for (size_t at = 0; at < recipe.size(); ++at) {
    refused += error_of_mutant(recipe.substr(0, at)) != "accepted";
    for (const char stray : {'\0', '\xff', '"', '[', '{', '\\', '.', '='}) {
      std::string text = recipe;
      text[at] = stray;
      refused += error_of_mutant(text) != "accepted";
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace itpn
