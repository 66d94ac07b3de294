// The report of `itpn data` as text and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/tasks/inspect/check_data.h"
#include "itpn/tasks/inspect/picture_inspection_json.h"

namespace itpn {
namespace {

std::string class_rows(const DataReport& report, size_t max_rows) {
  if (report.class_names.empty()) return "classes: none\n";
  const auto [least, most] = std::minmax_element(report.class_counts.begin(), report.class_counts.end());
  const std::string range = *least == *most ? fmt::format("{}", *most) : fmt::format("{} to {}", *least, *most);
  std::string text = fmt::format("classes: {}, {} pictures each\n", report.class_names.size(), range);
  const size_t shown = std::min(max_rows, report.class_names.size());
  for (size_t i = 0; i < shown; ++i) {
    text += fmt::format("  {:<30} {:>9}\n", printable_name(report.class_names[i]), report.class_counts[i]);
  }
  return text + rest_line(shown, report.class_names.size());
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

// What loaders may show otherwise, with the key that decides.
std::string choices_rows(const PicturesReport& pictures) {
  std::string text;
  const auto add = [&](int64_t count, const char* what) {
    if (count > 0) text += fmt::format("{} {}\n", count_of(count, "picture"), what);
  };
  add(pictures.rotated, "turned or mirrored by EXIF: seen as people see it (data.exif=ignore: as it is stored)");
  add(pictures.with_alpha, "with transparent pixels: white shines through (data.alpha=drop: their stored colour)");
  return text;
}

}  // namespace

std::string data_report_table(const DataReport& report, size_t max_rows) {
  std::string text =
      fmt::format("{} ({}): {}, {:.1f} MiB\n", printable_name(report.path), report.source,
                  count_of(report.images, "picture"), static_cast<double>(report.total_bytes) / (1 << 20));
  text += class_rows(report, max_rows);
  for (const std::string& question : report.questions) text += fmt::format("  {}\n", question);
  text += spread_rows(report.pictures) + formats_row(report.pictures) + choices_rows(report.pictures);
  return text + defect_rows(report.pictures, max_rows) + skipped_rows(report);
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
  add_pictures(report.pictures, json);
  json["skipped"] = nlohmann::ordered_json::array();
  for (const auto& s : report.skipped)
    json["skipped"].push_back({{"name", printable_name(s.name)}, {"reason", s.reason}});
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace itpn
