// The report of `itpn data` as text and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "itpn/core/utf8.h"
#include "itpn/tasks/inspect/check_data.h"

namespace itpn {
namespace {

std::string spread_row(const char* name, const Spread& s) {
  return fmt::format("  {:<8} {:>9} {:>9} {:>9}\n", name, s.min, s.median, s.max);
}

template <class Map>
std::string counts_text(const Map& counts) {
  std::string text;
  for (const auto& [name, count] : counts) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  return text.empty() ? "none" : text;
}

std::string channels_text(const std::map<int, int64_t>& channels) {
  std::map<std::string, int64_t> named;
  for (const auto& [count, images] : channels)
    named[fmt::format("with {} channel{}", count, count == 1 ? "" : "s")] = images;
  return counts_text(named);
}

std::string rest_line(size_t shown, size_t all) {
  return all > shown ? fmt::format("  ... and {} more (--json lists all)\n", all - shown) : "";
}

std::string class_rows(const DataReport& report, size_t max_rows) {
  if (report.class_names.empty()) return "classes: none\n";
  const auto [least, most] = std::minmax_element(report.class_counts.begin(), report.class_counts.end());
  std::string text = fmt::format("classes: {}, {} to {} pictures each\n", report.class_names.size(), *least, *most);
  const size_t shown = std::min(max_rows, report.class_names.size());
  for (size_t i = 0; i < shown; ++i) {
    text += fmt::format("  {:<30} {:>9}\n", printable_name(report.class_names[i]), report.class_counts[i]);
  }
  return text + rest_line(shown, report.class_names.size());
}

std::string defect_rows(const DataReport& report, size_t max_rows) {
  std::string text = fmt::format("defects: {}\n", counts_text(report.defect_kinds));
  const size_t shown = std::min(max_rows, report.defects.size());
  for (size_t i = 0; i < shown; ++i) {
    const auto& defect = report.defects[i];
    text += fmt::format("  {}: {} ({})\n", defect.name, defect.reason, defect.kind);
  }
  return text + rest_line(shown, report.defects.size());
}

std::string skipped_rows(const DataReport& report) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const auto& entry : report.skipped) by_reason[entry.reason].push_back(printable_name(entry.name));
  std::string text = fmt::format("not part of the dataset: {}\n", report.skipped.empty() ? "nothing" : "");
  for (const auto& [reason, names] : by_reason) {
    text += fmt::format("  {} {}, such as {}\n", names.size(), reason, names.front());
  }
  return text;
}

// What people and loaders may see otherwise, with the key that decides.
std::string choices_row(const DataReport& report) {
  std::string text;
  if (report.rotated > 0) text = fmt::format("{} with an EXIF rotation (data.exif)", report.rotated);
  if (report.with_alpha > 0) {
    text += fmt::format("{}{} with transparency (data.alpha)", text.empty() ? "" : "; ", report.with_alpha);
  }
  return text.empty() ? "" : fmt::format("shown as keys of a recipe say: {}\n", text);
}

nlohmann::ordered_json spread_json(const Spread& s) { return {{"min", s.min}, {"median", s.median}, {"max", s.max}}; }

}  // namespace

std::string data_report_table(const DataReport& report, size_t max_rows) {
  std::string text = fmt::format("{} ({}): {} pictures, {:.1f} MiB\n", printable_name(report.path), report.source,
                                 report.images, static_cast<double>(report.total_bytes) / (1 << 20));
  text += class_rows(report, max_rows);
  for (const std::string& question : report.questions) text += fmt::format("  {}\n", question);
  text += fmt::format("  {:<8} {:>9} {:>9} {:>9}\n", "", "smallest", "median", "largest");
  text += spread_row("width", report.width) + spread_row("height", report.height) + spread_row("bytes", report.bytes);
  text += fmt::format("formats: {}; {}", counts_text(report.formats), channels_text(report.channels));
  text += "\n" + choices_row(report);
  return text + defect_rows(report, max_rows) + skipped_rows(report);
}

std::string data_report_json(const DataReport& report) {
  nlohmann::ordered_json json{{"path", printable_name(report.path)},
                              {"source", report.source},
                              {"images", report.images},
                              {"total_bytes", report.total_bytes},
                              {"names_hash", report.names_hash}};
  json["classes"] = nlohmann::ordered_json::object();
  for (size_t i = 0; i < report.class_names.size(); ++i) {
    json["classes"][printable_name(report.class_names[i])] = report.class_counts[i];
  }
  json["questions"] = report.questions;
  json["width"] = spread_json(report.width);
  json["height"] = spread_json(report.height);
  json["bytes"] = spread_json(report.bytes);
  json["formats"] = report.formats;
  json["channels"] = nlohmann::ordered_json::object();
  for (const auto& [channels, count] : report.channels) json["channels"][std::to_string(channels)] = count;
  json["exif_rotated"] = report.rotated;
  json["with_alpha"] = report.with_alpha;
  json["defect_kinds"] = report.defect_kinds;
  json["defects"] = nlohmann::ordered_json::array();
  for (const auto& d : report.defects) {
    json["defects"].push_back({{"name", d.name}, {"kind", d.kind}, {"reason", printable_name(d.reason)}});
  }
  json["skipped"] = nlohmann::ordered_json::array();
  for (const auto& s : report.skipped)
    json["skipped"].push_back({{"name", printable_name(s.name)}, {"reason", s.reason}});
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace itpn
