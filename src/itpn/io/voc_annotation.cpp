#include "itpn/io/voc_annotation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <pugixml.hpp>

#include "itpn/core/errors.h"
#include "itpn/core/utf8.h"

namespace itpn {
namespace {

std::string xml_text(const pugi::xml_node& parent, const char* name) {
  std::string text = parent.child(name).text().get();
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

double xml_number(const std::string& text, const char* what) {
  constexpr double kLargest = 1e9;
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && std::abs(value) <= kLargest) return value;
  throw data_error(
      fmt::format("<{}> is {}, which is no number", what, text.empty() ? "missing" : printable_bytes(text)));
}

int64_t side_of(const pugi::xml_node& size, const char* name) {
  const std::string text = xml_text(size, name);
  return text.empty() ? 0 : std::max<int64_t>(0, static_cast<int64_t>(xml_number(text, name)));
}

VocObject voc_object(const pugi::xml_node& node) {
  VocObject object;
  object.name = xml_text(node, "name");
  if (object.name.empty()) throw data_error("an object has no <name>");
  const pugi::xml_node box = node.child("bndbox");
  if (!box) throw data_error(fmt::format("the object {} has no <bndbox>", printable_name(object.name)));
  const auto edge = [&](const char* name) { return xml_number(xml_text(box, name), name); };
  object.box = {edge("xmin"), edge("ymin"), edge("xmax") - edge("xmin"), edge("ymax") - edge("ymin")};
  if (!(object.box.width > 0.0 && object.box.height > 0.0)) {
    throw data_error(fmt::format("the box of the object {} has no area", printable_name(object.name)));
  }
  object.is_difficult = xml_text(node, "difficult") == "1";
  return object;
}

VocAnnotation annotation_of(const pugi::xml_node& root) {
  if (!root) throw data_error("no annotation of Pascal VOC: <annotation> is missing");
  VocAnnotation annotation;
  annotation.file_name = xml_text(root, "filename");
  annotation.width = side_of(root.child("size"), "width");
  annotation.height = side_of(root.child("size"), "height");
  for (const pugi::xml_node& node : root.children("object")) annotation.objects.push_back(voc_object(node));
  return annotation;
}

int64_t line_of(std::string_view text, ptrdiff_t offset) {
  const std::string_view before = text.substr(0, static_cast<size_t>(std::max<ptrdiff_t>(0, offset)));
  return 1 + std::count(before.begin(), before.end(), '\n');
}

}  // namespace

VocAnnotation parse_voc_annotation(std::string_view text, const std::string& where) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(text.data(), text.size());
  if (!result) {
    throw data_error(fmt::format("{}: line {}: no XML: {}", where, line_of(text, result.offset), result.description()));
  }
  try {
    return annotation_of(document.child("annotation"));
  } catch (const Error& error) {
    throw data_error(fmt::format("{}: {}", where, error.what()));
  }
}

}  // namespace itpn
