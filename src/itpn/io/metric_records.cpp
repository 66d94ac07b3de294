#include "itpn/io/metric_records.h"

#include <nlohmann/json.hpp>

namespace itpn {

std::vector<MetricRecord> parse_metric_records(std::string_view text) {
  std::vector<MetricRecord> records;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto value = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!value.is_object()) continue;
    MetricRecord& record = records.emplace_back();
    for (const auto& [key, number] : value.items()) {
      if (number.is_number()) record[key] = number.get<double>();
    }
  }
  return records;
}

}  // namespace itpn
