#include "itpn/data/bad_samples.h"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "itpn/core/log.h"
#include "itpn/core/utf8.h"
#include "itpn/data/datasets/sample_error.h"

namespace itpn {
namespace {

constexpr const char* kUsedKind = "damaged-used";
constexpr size_t kNamedDamaged = 3;

}  // namespace

BadSamples::BadSamples(Fs& fs, const SampleSet& samples, BadSampleLimits limits)
    : fs_(fs), samples_(samples), limits_(std::move(limits)) {
  if (!limits_.list_path.empty() && exists(fs_, limits_.list_path)) read_list();
}

void BadSamples::read_list() {
  std::istringstream lines(read_text_file(fs_, limits_.list_path));
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find('\t'), second = line.find('\t', first + 1);
    // A last line that a power cut left unfinished is met again and listed again.
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string kind = line.substr(0, first), name = line.substr(first + 1, second - first - 1);
    if (kind == kUsedKind) {
      damaged_.insert(name);
    } else if (seen_.insert(name).second) {
      ++counts_[kind];
    }
  }
}

void BadSamples::append(const std::string& name, const BadSample& bad) {
  if (limits_.list_path.empty() || list_failed_) return;
  try {
    OpenFile list(fs_, limits_.list_path, OpenMode::kAppend);
    const std::string line = fmt::format("{}\t{}\t{}\n", bad.kind, name, printable_name(bad.reason));
    list.write_all(std::as_bytes(std::span(line)));
    list.close();
  } catch (const Error& error) {
    list_failed_ = true;
    log::warning(fmt::format("the list of bad samples cannot be written: {}", error.what()));
  }
}

void BadSamples::check_share(const BadSample& last) const {
  const auto allowed =
      static_cast<int64_t>(std::ceil(limits_.max_fraction * static_cast<double>(samples_.size()) - 1e-9));
  if (total() <= allowed) return;
  std::string kinds;
  for (const auto& [kind, count] : counts_) kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count, kind);
  throw data_error(fmt::format(
      "too many pictures cannot be read: {} of {} ({}), more than data.max_bad_fraction = {} allows; the last one is "
      "{}: {}\nRun `itpn data` on the dataset for the full list{}.",
      total(), samples_.size(), kinds, limits_.max_fraction, printable_name(samples_.name(last.index)), last.reason,
      limits_.list_path.empty() ? "" : "; those met so far are in " + limits_.list_path));
}

void BadSamples::add(const BadSample& bad) {
  ++replaced_;
  const std::string name = printable_name(samples_.name(bad.index));
  if (!seen_.insert(name).second) return;
  ++counts_[bad.kind];
  append(name, bad);
  log::warning(fmt::format("skipped {}: {} ({})", name, bad.reason, bad.kind));
  check_share(bad);
}

void BadSamples::note_damaged(int64_t index, const std::string& damage) {
  const std::string name = printable_name(samples_.name(index));
  if (!damaged_.insert(name).second) return;
  append(name, {index, kUsedKind, damage});
  if (damaged_.size() > kNamedDamaged) return;
  const std::string rest =
      limits_.list_path.empty() ? "itpn data names all" : "others go into " + limits_.list_path + " without a word";
  log::warning(fmt::format("damaged but used: {}: {}{}", name, damage,
                           damaged_.size() == kNamedDamaged ? fmt::format(" ({})", rest) : ""));
}

}  // namespace itpn
