#include "itpn/io/yolo_description.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <map>

#include "itpn/core/errors.h"
#include "itpn/core/parse_number.h"
#include "itpn/core/utf8.h"

namespace itpn {
namespace {

std::vector<std::string> texts_of(const YAML::Node& node, const std::string& key) {
  if (!node || node.IsNull()) return {};
  if (node.IsScalar()) return {node.Scalar()};
  if (!node.IsSequence()) throw data_error(fmt::format("`{}` is neither a text nor a list", key));
  std::vector<std::string> texts;
  for (const YAML::Node& item : node) {
    if (!item.IsScalar()) throw data_error(fmt::format("`{}` holds what is no text", key));
    texts.push_back(item.Scalar());
  }
  return texts;
}

// 0: cat, 1: dog, in any order.
std::vector<std::string> numbered_names(const YAML::Node& node) {
  std::map<int64_t, std::string> by_number;
  for (const auto& item : node) {
    const std::string number = item.first.IsScalar() ? item.first.Scalar() : "";
    const std::optional<int64_t> place = parse_whole_number(number);
    if (!place || !item.second.IsScalar()) {
      throw data_error(fmt::format("`names` must be a list, or a number with a name a line, not {}",
                                   number.empty() ? "something else" : printable_bytes(number)));
    }
    if (!by_number.emplace(*place, item.second.Scalar()).second) {
      throw data_error(fmt::format("`names` has the number {} twice", *place));
    }
  }
  std::vector<std::string> names;
  for (const auto& [place, name] : by_number) {
    if (place != static_cast<int64_t>(names.size())) {
      throw data_error(
          fmt::format("`names` has no number {}, and numbers must begin at 0 and have no holes", names.size()));
    }
    names.push_back(name);
  }
  return names;
}

void check_count(const YAML::Node& count, size_t names) {
  if (!count || count.IsNull()) return;
  const std::string text = count.IsScalar() ? count.Scalar() : "?";
  if (parse_whole_number(text) == static_cast<int64_t>(names)) return;
  throw data_error(fmt::format("`nc` is {}, but `names` has {}", printable_bytes(text), names));
}

YoloDescription description_of(const YAML::Node& file) {
  if (!file.IsMap()) throw data_error("no description of a YOLO set: `names` and `train` are wanted");
  YoloDescription description;
  const std::vector<std::string> root = texts_of(file["path"], "path");
  if (!root.empty()) description.root = root[0];
  description.train = texts_of(file["train"], "train");
  for (const char* key : {"val", "valid", "validation"}) {
    if (description.val.empty()) description.val = texts_of(file[key], key);
  }
  description.test = texts_of(file["test"], "test");
  const YAML::Node names = file["names"];
  description.names = names && names.IsMap() ? numbered_names(names) : texts_of(names, "names");
  if (description.names.empty()) throw data_error("`names` is missing: the names of the classes in their order");
  check_count(file["nc"], description.names.size());
  return description;
}

}  // namespace

YoloDescription parse_yolo_description(std::string_view text, const std::string& where) {
  try {
    return description_of(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& error) {
    if (error.mark.is_null()) throw data_error(fmt::format("{}: no YAML: {}", where, error.msg));
    throw data_error(
        fmt::format("{}: line {}, column {}: {}", where, error.mark.line + 1, error.mark.column + 1, error.msg));
  } catch (const Error& error) {
    throw data_error(fmt::format("{}: {}", where, error.what()));
  }
}

}  // namespace itpn
