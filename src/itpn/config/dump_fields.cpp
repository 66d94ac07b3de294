#include <fmt/format.h>

#include "itpn/config/assign_field.h"
#include "itpn/config/config.h"
#include "itpn/config/toml_value.h"

namespace itpn {
namespace {

std::string to_toml(bool value) { return value ? "true" : "false"; }
std::string to_toml(int64_t value) { return fmt::format("{}", value); }
std::string to_toml(const std::string& value) { return quote_toml(value); }
std::string to_toml(double value) { return number_toml(value); }
std::string to_toml(const ImageSize& size) {
  return size.is_square() ? to_toml(size.height) : fmt::format("[{}, {}]", size.height, size.width);
}
template <class T>
std::string to_toml(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) text += (text.size() > 1 ? ", " : "") + to_toml(value);
  return text + "]";
}

std::string value_text(const FieldRef& field) {
  return std::visit([](auto* value) { return to_toml(*value); }, field.value);
}

std::string table_of(const std::string& path) {
  const size_t dot = path.rfind('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

std::string name_in_table(const std::string& path) { return path.substr(path.rfind('.') + 1); }

// "|" would end a cell of a Markdown table.
std::string cell(const std::string& text) {
  std::string out;
  for (const char character : text) {
    if (character == '|') out += '\\';
    out += character;
  }
  return out;
}

std::string reference_rows(const FieldList& list, const std::string& table) {
  std::string rows;
  for (const FieldRef& field : list.fields) {
    if (table_of(field.path) != table) continue;
    rows += fmt::format("| `{}` | `{}` | {} | {} | {} |\n", field.path, cell(value_text(field)),
                        cell(describe_wanted(field)), field.info.trajectory ? "fixed" : "free", cell(field.info.doc));
  }
  if (rows.empty()) return "";
  return "| key | default | wanted | on resume | meaning |\n|---|---|---|---|---|\n" + rows;
}

}  // namespace

std::string dump_fields(const FieldList& list) {
  std::vector<TableRef> tables = {{"", ""}};
  tables.insert(tables.end(), list.tables.begin(), list.tables.end());
  std::string text;
  for (const TableRef& table : tables) {
    std::string lines;
    for (const FieldRef& field : list.fields) {
      if (table_of(field.path) == table.path) {
        lines += fmt::format("{} = {}\n", name_in_table(field.path), value_text(field));
      }
    }
    if (lines.empty()) continue;
    if (!text.empty()) text += '\n';
    text += (table.path.empty() ? "" : fmt::format("[{}]\n", table.path)) + lines;
  }
  return text;
}

std::vector<ConfigChange> diff_fields(const FieldList& before, const FieldList& after) {
  std::vector<ConfigChange> changes;
  for (size_t i = 0; i < before.fields.size(); ++i) {
    const FieldRef& first = before.fields[i];
    const std::string old_text = value_text(first), new_text = value_text(after.fields[i]);
    if (old_text != new_text) changes.push_back({first.path, old_text, new_text, first.info.trajectory});
  }
  return changes;
}

std::string fields_reference(const FieldList& defaults) {
  std::string page = reference_rows(defaults, "");
  for (const TableRef& table : defaults.tables) {
    const std::string rows = reference_rows(defaults, table.path);
    page += fmt::format("{}## {}\n\n", page.empty() ? "" : "\n", table.path);
    if (!table.doc.empty()) page += table.doc + "\n" + (rows.empty() ? "" : "\n");
    page += rows;
  }
  return page;
}

std::vector<std::string> field_keys(const FieldList& list) {
  std::vector<std::string> keys;
  for (const FieldRef& field : list.fields) keys.push_back(field.path);
  return keys;
}

}  // namespace itpn
