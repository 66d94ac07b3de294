// The lines of a metrics.jsonl as numbers.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace itpn {

// The numbers of one line by key; whatever else the line holds is left out.
using MetricRecord = std::map<std::string, double>;

// Lines that are not a JSON object (a line cut by a crash) are left out. Throws nothing, whatever the text.
std::vector<MetricRecord> parse_metric_records(std::string_view text);

}  // namespace itpn
