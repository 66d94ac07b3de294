// What the pictures of a set are, for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "itpn/core/utf8.h"
#include "itpn/tasks/inspect/picture_inspection.h"

namespace itpn {

inline nlohmann::ordered_json spread_json(const Spread& s) {
  return {{"min", s.min}, {"median", s.median}, {"max", s.max}};
}

// Adds width, height, bytes, formats, channels, exif_rotated, with_alpha, defect_kinds and defects.
inline void add_pictures(const PicturesReport& report, nlohmann::ordered_json& json) {
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
  for (const ImageDefectReport& d : report.defects) {
    json["defects"].push_back({{"name", d.name}, {"kind", d.kind}, {"reason", printable_name(d.reason)}});
  }
}

}  // namespace itpn
