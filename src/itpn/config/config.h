// Reads, dumps, compares and documents configurations: strict TOML bound to structs by their field lists (fields.h).
//
//   const auto config = load_config_file<PretrainConfig>("configs/pretrain/itpn_tiny_128.toml", {"train.epochs=3"});
//
// A recipe may begin with `base = "other.toml"` (relative to its own file): the base is read first, then the recipe
// changes what it names. What a user got wrong is an Error with exit code 2 that names file, line, column and key.
#pragma once

#include <string>
#include <vector>

#include "itpn/config/fields.h"

namespace itpn {

// Where a configuration comes from. Overrides come last and have the form "train.epochs=3": the value is a TOML value,
// or plain words where the field is a text or a size, as in data.path=/pictures, data.image_size=96x160.
struct ConfigSource {
  std::string file_name;  // for messages, and for the place of `base`; need not exist
  std::string text;
  std::vector<std::string> overrides = {};
  // An effective configuration that a run has written, perhaps of an older version of the program: keys that it lacks
  // mean FieldInfo::unrecorded.
  bool is_recorded = false;
};

// One key whose value differs, with both values as TOML.
struct ConfigChange {
  std::string key;
  std::string before;
  std::string after;
  bool trajectory = true;  // as FieldInfo::trajectory: a resumed run must not change it silently
};

// The same functions for described structs; the templates below are what to call.
void load_fields(const FieldList& list, const ConfigSource& source);
std::string dump_fields(const FieldList& list);
std::vector<ConfigChange> diff_fields(const FieldList& before, const FieldList& after);
std::string fields_reference(const FieldList& defaults);
std::vector<std::string> field_keys(const FieldList& list);
void make_paths_absolute(const FieldList& list);

// What a field for a path says where there is to be none ("" stands for the usual one).
inline constexpr const char* kNoPath = "off";

// Whether a recipe is the config.toml of a run, which lies beside its env.json (engine/run_directory.h).
bool is_config_of_run(const std::string& path);

// The recipe's text. A recipe that cannot be read is a usage error, as a misspelt command is.
std::string read_recipe(const std::string& path);

template <class C>
C load_config(const std::string& file_name, const std::string& toml_text,
              const std::vector<std::string>& overrides = {}) {
  C config{};
  load_fields(list_fields(config), {file_name, toml_text, overrides});
  return config;
}

// A configuration that a run has written into its checkpoints.
template <class C>
C load_recorded_config(const std::string& file_name, const std::string& toml_text) {
  C config{};
  load_fields(list_fields(config), {.file_name = file_name, .text = toml_text, .is_recorded = true});
  return config;
}

template <class C>
C load_config_file(const std::string& path, const std::vector<std::string>& overrides = {}) {
  C config{};
  load_fields(list_fields(config), {path, read_recipe(path), overrides, is_config_of_run(path)});
  return config;
}

// What a command line asks for: the recipe of that path, or where it is "" the built-in one.
template <class C>
C load_recipe(const std::string& path, const std::vector<std::string>& overrides, const std::string& built_in = "") {
  if (path.empty()) return load_config<C>("the built-in recipe", built_in, overrides);
  return load_config_file<C>(path, overrides);
}

// `config` with every path from the root on, so that it means the same from another directory.
template <class C>
C with_absolute_paths(C config) {
  make_paths_absolute(list_fields(config));
  return config;
}

// Every key with its value, as TOML that load_config reads back to an equal struct (numbers to the last bit).
template <class C>
std::string dump_config(const C& config) {
  C copy = config;
  return dump_fields(list_fields(copy));
}

// The keys whose values differ, in the order of the field list.
template <class C>
std::vector<ConfigChange> config_diff(const C& before, const C& after) {
  C first = before, second = after;
  return diff_fields(list_fields(first), list_fields(second));
}

// Markdown tables of every key: default, what is allowed, whether a resumed run may change it, meaning.
template <class C>
std::string config_reference() {
  C defaults{};
  return fields_reference(list_fields(defaults));
}

// Every key, for the completion of shells.
template <class C>
std::vector<std::string> config_keys() {
  C defaults{};
  return field_keys(list_fields(defaults));
}

}  // namespace itpn
