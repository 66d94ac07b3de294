#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "itpn/config/assign_field.h"
#include "itpn/config/config.h"
#include "itpn/config/nearest_name.h"
#include "itpn/config/toml_value.h"
#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/paths.h"

namespace itpn {
namespace {

constexpr int kLongestBaseChain = 8;
constexpr const char* kBaseKey = "base";

// Finds fields and tables by path and words what is wrong with a key.
class FieldIndex {
 public:
  explicit FieldIndex(const FieldList& list) : list_(list) {}

  const FieldRef* field(const std::string& path) const {
    const auto found = std::find_if(list_.fields.begin(), list_.fields.end(),
                                    [&](const FieldRef& candidate) { return candidate.path == path; });
    return found == list_.fields.end() ? nullptr : &*found;
  }

  bool is_table(const std::string& path) const {
    return std::any_of(list_.tables.begin(), list_.tables.end(),
                       [&](const TableRef& table) { return table.path == path; });
  }

  std::string unknown_key(const std::string& path) const {
    std::vector<std::string> names = field_keys(list_);
    for (const TableRef& table : list_.tables) names.push_back(table.path);
    const std::string nearest = nearest_name(path, names);
    return "unknown key" + (nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest));
  }

  std::string wanted_table(const std::string& path) const {
    const auto inside = std::find_if(list_.fields.begin(), list_.fields.end(),
                                     [&](const FieldRef& candidate) { return candidate.path.starts_with(path + "."); });
    return inside == list_.fields.end() ? "wanted a table"
                                        : fmt::format("wanted a table with keys as {}", inside->path);
  }

 private:
  const FieldList& list_;
};

// Stores the values of one document, or of one override, in the fields.
class DocumentReader {
 public:
  DocumentReader(const FieldList& list, const ConfigSource& source) : index_(list), source_(source) {}

  void apply(const TomlTable& table, const std::string& prefix = "") const {
    for (const TomlEntry& entry : table) {
      const std::string path = prefix + toml_key(entry.key);
      if (const FieldRef* field = index_.field(path)) {
        if (const auto problem = assign_field(*field, entry.value)) fail(problem->position, path, problem->message);
      } else if (index_.is_table(path)) {
        const TomlTable* inner = std::get_if<TomlTable>(&entry.value.content);
        if (!inner) {
          fail(entry.position, path, index_.wanted_table(path) + ", got " + describe_value(entry.value));
        }
        apply(*inner, path + ".");
      } else {
        fail(entry.position, path, index_.unknown_key(path));
      }
    }
  }

  [[noreturn]] void fail(TomlPosition position, const std::string& path, const std::string& message) const {
    throw usage_error(
        fmt::format("{}:{}:{}: {}: {}", source_.file_name, position.line, position.column, printable(path), message));
  }

 private:
  const FieldIndex index_;
  const ConfigSource& source_;
};

void load_document(const FieldList& list, const ConfigSource& source, int chain);

// Reads the file that `base` names into the fields.
void load_base(const FieldList& list, const ConfigSource& source, const TomlEntry& entry, int chain) {
  const DocumentReader reader(list, source);
  const std::string* base = std::get_if<std::string>(&entry.value.content);
  if (!base) reader.fail(entry.position, kBaseKey, "wanted the name of a recipe, got " + describe_value(entry.value));
  if (chain >= kLongestBaseChain) {
    reader.fail(entry.position, kBaseKey, fmt::format("more than {} recipes stand on each other", kLongestBaseChain));
  }
  const std::string path = join_path(parent_path(source.file_name), with_home(*base));
  std::string text;
  try {
    text = read_recipe(path);
  } catch (const Error& error) {
    reader.fail(entry.position, kBaseKey, error.what());
  }
  load_document(list, {.file_name = path, .text = text, .is_recorded = is_config_of_run(path)}, chain + 1);
}

void set_unrecorded(const FieldList& list);

void load_document(const FieldList& list, const ConfigSource& source, int chain) {
  TomlTable table = parse_toml(source.file_name, source.text);
  if (source.is_recorded) set_unrecorded(list);
  const auto base =
      std::find_if(table.begin(), table.end(), [](const TomlEntry& entry) { return entry.key == kBaseKey; });
  if (base != table.end()) {
    load_base(list, source, *base, chain);
    table.erase(base);
  }
  DocumentReader(list, source).apply(table);
}

// The value of an override where its text is one TOML value.
std::optional<TomlValue> parse_override_value(const std::string& text) {
  try {
    TomlTable table = parse_toml("override", "value = " + text);
    if (table.size() == 1) return std::move(table.front().value);
  } catch (const Error&) {
  }
  return std::nullopt;
}

// Text fields take plain words: what is no TOML string stands for itself. Sizes do too: 96x160 is no TOML.
std::optional<TomlValue> override_value(const FieldRef& field, const std::string& text) {
  const std::optional<TomlValue> parsed = parse_override_value(text);
  if (std::holds_alternative<ImageSize*>(field.value)) return parsed ? parsed : parse_override_value(quote_toml(text));
  if (!std::holds_alternative<std::string*>(field.value)) return parsed;
  if (parsed && std::holds_alternative<std::string>(parsed->content)) return parsed;
  if (text.starts_with('"') || text.starts_with('\'')) return std::nullopt;
  return parse_override_value(quote_toml(text));  // refuses what is not UTF-8
}

void apply_override(const FieldList& list, const std::string& text) {
  const FieldIndex index(list);
  const auto fail = [&](const std::string& message) {
    throw usage_error(fmt::format("override {}: {}", printable(text), message));
  };
  const size_t equals = text.find('=');
  if (equals == std::string::npos) fail("wanted KEY=VALUE, as train.epochs=3");
  const std::string path = text.substr(0, equals), words = text.substr(equals + 1);
  if (index.is_table(path)) fail(index.wanted_table(path));
  const FieldRef* field = index.field(path);
  if (!field) fail(index.unknown_key(path));
  const std::optional<TomlValue> value = override_value(*field, words);
  if (!value) fail(fmt::format("wanted {}, got {}", describe_wanted(*field), printable(words)));
  if (const auto problem = assign_field(*field, *value)) fail(problem->message);
}

// Every field that a newer version has added gets the value that older ones meant.
void set_unrecorded(const FieldList& list) {
  for (const FieldRef& field : list.fields) {
    if (!field.info.unrecorded.empty()) apply_override(list, field.path + "=" + field.info.unrecorded);
  }
}

}  // namespace

bool is_config_of_run(const std::string& path) {
  return base_name(path) == "config.toml" && exists(posix_fs(), join_path(parent_path(path), "env.json"));
}

std::string read_recipe(const std::string& path) {
  FileStatus status;
  if (posix_fs().stat(path, &status) < 0) throw usage_error(fmt::format("{}: there is no such recipe", path));
  if (!status.is_regular) throw usage_error(fmt::format("{}: wanted a recipe, this is no regular file", path));
  try {
    return read_text_file(posix_fs(), path, kTomlMaxBytes);
  } catch (const Error& error) {
    throw usage_error(error.what());
  }
}

void make_paths_absolute(const FieldList& list) {
  for (const FieldRef& field : list.fields) {
    std::string* const* const text = std::get_if<std::string*>(&field.value);
    if (text && field.info.is_path && **text != kNoPath) **text = absolute_from_here(**text);
  }
}

void load_fields(const FieldList& list, const ConfigSource& source) {
  load_document(list, source, 1);
  for (const std::string& text : source.overrides) apply_override(list, text);
}

}  // namespace itpn
