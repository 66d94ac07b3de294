#include "itpn/tasks/use/predict_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "itpn/core/errors.h"
#include "itpn/core/file_ending.h"
#include "itpn/core/files.h"

namespace itpn {
namespace {

struct KnownFormat {
  PredictionFormat format;
  const char* word;
  const char* ending;  // of a file's name; "": it is a folder
};

constexpr std::array<KnownFormat, 5> kFormats = {{{PredictionFormat::kTable, "table", ".txt"},
                                                  {PredictionFormat::kJson, "json", ".jsonl"},
                                                  {PredictionFormat::kCsv, "csv", ".csv"},
                                                  {PredictionFormat::kCoco, "coco", ".json"},
                                                  {PredictionFormat::kYolo, "yolo", ""}}};

template <class Is>
std::optional<PredictionFormat> format_where(const Is& is) {
  const auto* const found = std::find_if(kFormats.begin(), kFormats.end(), is);
  return found == kFormats.end() ? std::nullopt : std::optional(found->format);
}

bool names_folder(const std::string& path) {
  return !path.empty() && (path.back() == '/' || is_directory(posix_fs(), path));
}

std::optional<PredictionFormat> format_of_name(const std::string& path) {
  if (names_folder(path)) return PredictionFormat::kYolo;
  return format_where([&](const KnownFormat& known) { return *known.ending != 0 && has_ending(path, known.ending); });
}

}  // namespace

PredictionFormat prediction_format(const std::string& word, const std::string& output) {
  const auto wanted = format_where([&](const KnownFormat& known) { return word == known.word; });
  const auto named = format_of_name(output);
  if (!word.empty() && !wanted)
    throw usage_error(fmt::format("--format {}: want table, json, csv, coco or yolo", word));
  if (wanted && named && *wanted != *named) {
    throw usage_error(fmt::format("-o {} and --format {} contradict each other; leave one of them out", output, word));
  }
  if (!wanted && !named && !output.empty()) {
    throw usage_error(fmt::format(
        "-o {}: the name ends in .txt, .jsonl, .csv or .json (COCO), or --format says which of them", output));
  }
  const PredictionFormat format = wanted ? *wanted : named.value_or(PredictionFormat::kTable);
  if (format == PredictionFormat::kYolo && output.empty()) {
    throw usage_error("--format yolo writes a file for each picture; -o DIR says where");
  }
  return format;
}

}  // namespace itpn
