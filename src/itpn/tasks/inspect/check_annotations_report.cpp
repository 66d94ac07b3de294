// The report of `itpn data` on pictures with objects as text and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/tasks/inspect/check_annotations.h"
#include "itpn/tasks/inspect/picture_inspection_json.h"

namespace itpn {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMostIds = 6;  // in a line of the table

double percent(int64_t count, int64_t all) {
  return all == 0 ? 0.0 : 100.0 * static_cast<double>(count) / static_cast<double>(all);
}

std::string head_rows(const AnnotatedPartReport& report) {
  const std::string annotations = printable_name(report.part.annotations);
  std::string text = fmt::format("{} ({}): {}\n", split_name(report.part.split), form_name(report.part.form),
                                 report.part.list.empty() ? annotations : printable_name(report.part.list));
  text += fmt::format("  {} ({:.1f} MiB), {} without an object\n", count_of(report.images, "picture"),
                      static_cast<double>(report.pictures.total_bytes) / (1 << 20), report.empty);
  text += fmt::format("  {}: {}, {} of them with a mask; {}\n", count_of(report.annotations, "annotation"),
                      count_of(report.objects, "object"), report.with_mask, count_of(report.crowds, "crowd"));
  return text;
}

// The classes with the most objects first; the table is for people.
std::string class_rows(const AnnotatedPartReport& report, size_t max_rows) {
  std::vector<ClassObjects> classes = report.classes;
  std::stable_sort(classes.begin(), classes.end(),
                   [](const ClassObjects& a, const ClassObjects& b) { return a.objects > b.objects; });
  std::string text =
      fmt::format("  {:<30} {:>9} {:>9}\n", count_of(static_cast<int64_t>(classes.size()), "class", "classes"),
                  "objects", "pictures");
  const size_t shown = std::min(max_rows, classes.size());
  for (size_t i = 0; i < shown; ++i) {
    text += fmt::format("  {:<30} {:>9} {:>9}\n", classes[i].name, classes[i].objects, classes[i].pictures);
  }
  return text + rest_line(shown, classes.size());
}

std::string box_rows(const AnnotatedPartReport& report) {
  const BoxStatistics& boxes = report.boxes;
  const auto row = [](const char* name, const Spread& s) {
    return fmt::format("  {:<20} {:>9} {:>9} {:>9}\n", name, s.min, s.median, s.max);
  };
  std::string text = fmt::format("  {:<20} {:>9} {:>9} {:>9}\n", "", "smallest", "median", "largest");
  text += row("objects a picture", boxes.per_picture) + row("box width", boxes.width) + row("box height", boxes.height);
  text += row("picture width", report.pictures.width) + row("picture height", report.pictures.height);
  text += fmt::format("  areas: {:.0f} % small (below 32 x 32), {:.0f} % medium, {:.0f} % large (from 96 x 96)\n",
                      percent(boxes.small, report.objects), percent(boxes.medium, report.objects),
                      percent(boxes.large, report.objects));
  text += "  centres by thirds of the picture:\n";
  for (const auto& thirds : boxes.thirds) {
    text += "   ";
    for (const int64_t count : thirds) text += fmt::format(" {:>3.0f} %", percent(count, report.objects));
    text += "\n";
  }
  return text;
}

// "ids 3, 18 (toaster) and 4 more"
std::string ids_text(const AnnotationFinding& finding) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < std::min(kMostIds, finding.ids.size()); ++i) {
    ids.push_back(std::to_string(finding.ids[i]));
    if (!finding.names.empty()) ids.back() += fmt::format(" ({})", finding.names[i]);
  }
  const size_t others = finding.ids.size() - ids.size();
  return fmt::format("{} {}{}", finding.ids.size() == 1 ? "id" : "ids", list_of(ids, ids.size()),
                     others > 0 ? fmt::format(" and {} more (--json lists all)", others) : "");
}

std::string finding_rows(const AnnotatedPartReport& report) {
  if (report.findings.empty()) return "  findings: none\n";
  std::string text = "  findings (! stops training):\n";
  for (const AnnotationFinding& finding : report.findings) {
    text += fmt::format(
        "  {}{}: {} {}; {}\n", finding.stops ? "! " : "  ", finding.code,
        count_of(static_cast<int64_t>(finding.ids.size()), finding.of, finding.of == "category" ? "categories" : ""),
        finding.text, ids_text(finding));
  }
  return text;
}

std::string part_text(const AnnotatedPartReport& report, size_t max_rows) {
  return head_rows(report) + class_rows(report, max_rows) + box_rows(report) + "  " + formats_row(report.pictures) +
         finding_rows(report) + "  " + defect_rows(report.pictures, max_rows);
}

Json part_json(const AnnotatedPartReport& report) {
  Json json{{"part", split_name(report.part.split)},
            {"form", form_name(report.part.form)},
            {"annotations_file", printable_name(report.part.annotations)},
            {"images", report.images},
            {"images_without_objects", report.empty},
            {"annotations", report.annotations},
            {"objects", report.objects},
            {"objects_with_mask", report.with_mask},
            {"crowds", report.crowds}};
  json["classes"] = Json::array();
  for (const ClassObjects& own : report.classes)
    json["classes"].push_back({{"name", own.name}, {"objects", own.objects}, {"images", own.pictures}});
  const BoxStatistics& boxes = report.boxes;
  json["boxes"] = {{"small", boxes.small},
                   {"medium", boxes.medium},
                   {"large", boxes.large},
                   {"width", spread_json(boxes.width)},
                   {"height", spread_json(boxes.height)},
                   {"per_image", spread_json(boxes.per_picture)},
                   {"centres_by_thirds", boxes.thirds}};
  json["findings"] = Json::array();
  for (const AnnotationFinding& finding : report.findings) {
    json["findings"].push_back({{"code", finding.code},
                                {"count", finding.ids.size()},
                                {"of", finding.of},
                                {"text", finding.text},
                                {"stops_training", finding.stops},
                                {"ids", finding.ids}});
    if (!finding.names.empty()) json["findings"].back()["names"] = finding.names;
  }
  add_pictures(report.pictures, json);
  return json;
}

}  // namespace

std::string annotated_report_table(const AnnotatedReport& report, size_t max_rows) {
  std::string text = printable_name(report.path) + ": pictures with objects\n";
  for (const AnnotatedPartReport& part : report.parts) text += part_text(part, max_rows);
  for (const std::string& question : report.questions) text += question + "\n";
  return text;
}

std::string annotated_report_json(const AnnotatedReport& report) {
  Json json{{"path", printable_name(report.path)}};
  json["parts"] = Json::array();
  for (const AnnotatedPartReport& part : report.parts) json["parts"].push_back(part_json(part));
  json["questions"] = report.questions;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace itpn
