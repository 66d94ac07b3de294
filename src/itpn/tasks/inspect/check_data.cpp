#include "itpn/tasks/inspect/check_data.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "itpn/core/cpu_limits.h"
#include "itpn/core/progress.h"
#include "itpn/core/signals.h"
#include "itpn/core/utf8.h"
#include "itpn/data/datasets/class_checks.h"
#include "itpn/data/open_dataset.h"
#include "itpn/data/path_kind.h"
#include "itpn/io/decode_image.h"

namespace itpn {
namespace {

constexpr auto kProgressInterval = std::chrono::milliseconds(100);

const char* format_name(ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg:
      return "jpeg";
    case ImageFormat::kPng:
      return "png";
    case ImageFormat::kWebp:
      return "webp";
  }
  return "unknown";
}

// What was learnt of one picture.
struct PictureFinding {
  std::optional<ImageInfo> info;
  std::string kind;  // empty: sound
  std::string reason;
};

PictureFinding look_at(const Dataset& dataset, int64_t index, const PixelLimit& limit, StoredPicture& picture) {
  PictureFinding finding;
  DecodeOptions reading;
  reading.limit = limit;
  reading.refuses_damage = true;
  try {
    dataset.read(index, picture);
    finding.info = read_image_info(picture.bytes, limit);
    decode_shown(picture.bytes, *finding.info, reading);
  } catch (const SampleError& error) {
    finding.kind = error.kind;
    finding.reason = error.what();
  } catch (const ImageError& error) {
    finding.kind = defect_name(error.kind);
    finding.reason = error.what();
  }
  return finding;
}

// Looks at all pictures with several threads, while the calling one shows how far they are.
class Inspection {
 public:
  Inspection(const Dataset& dataset, const PixelLimit& limit)
      : dataset_(dataset), limit_(limit), findings_(static_cast<size_t>(dataset.size())) {}

  std::vector<PictureFinding> run(int64_t threads, bool shows_progress) {
    {
      std::vector<std::jthread> workers;
      for (int64_t i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
      if (shows_progress) show_progress();
    }
    if (failure_) std::rethrow_exception(failure_);
    return std::move(findings_);
  }

 private:
  void work() noexcept {
    block_signals_in_this_thread();
    try {
      StoredPicture picture;
      for (int64_t i = next_++; i < dataset_.size(); i = next_++) {
        findings_[i] = look_at(dataset_, i, limit_, picture);
        ++done_;
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      next_ = dataset_.size();
      has_failed_ = true;
    }
  }

  void show_progress() {
    ProgressBar bar({.label = "checking", .total = dataset_.size(), .unit = "pictures"});
    while (done_ < dataset_.size() && !has_failed_ && pending_signal() == 0) {
      std::this_thread::sleep_for(kProgressInterval);
      bar.update(done_);
    }
    if (pending_signal() != 0) next_ = dataset_.size();
    bar.update(done_);  // of the last moment, or of less than one altogether
    if (done_ == dataset_.size()) bar.finish();
  }

  const Dataset& dataset_;
  const PixelLimit limit_;
  std::vector<PictureFinding> findings_;
  std::atomic<int64_t> next_{0};
  std::atomic<int64_t> done_{0};
  std::atomic<bool> has_failed_{false};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

Spread spread_of(std::vector<int64_t> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values.back()};
}

void count_classes(const Dataset& dataset, DataReport& report) {
  report.class_names = dataset.class_names();
  report.class_counts.resize(report.class_names.size());
  for (int64_t i = 0; i < dataset.size(); ++i) {
    const int64_t label = dataset.label(i);
    if (label >= 0) ++report.class_counts[label];
  }
}

void add_findings(const Dataset& dataset, const std::vector<PictureFinding>& findings, DataReport& report) {
  std::vector<int64_t> widths, heights, sizes;
  for (size_t i = 0; i < findings.size(); ++i) {
    const auto& [info, kind, reason] = findings[i];
    sizes.push_back(static_cast<int64_t>(dataset.stored_bytes(static_cast<int64_t>(i))));
    if (!kind.empty()) {
      report.defects.push_back({printable_name(dataset.name(static_cast<int64_t>(i))), kind, reason});
      ++report.defect_kinds[kind];
    }
    if (!info) continue;
    widths.push_back(info->width);
    heights.push_back(info->height);
    ++report.formats[format_name(info->format)];
    ++report.channels[info->channels];
    report.rotated += info->orientation != 1;
    report.with_alpha += info->has_alpha;
  }
  report.width = spread_of(std::move(widths));
  report.height = spread_of(std::move(heights));
  report.bytes = spread_of(std::move(sizes));
}

// What a person would ask before an epoch is spent on it.
std::vector<std::string> questions_about(const Dataset& dataset, const std::string& path) {
  std::vector<std::string> questions;
  if (dataset.class_names().empty() && dataset.size() > 0)
    questions.push_back("no classes: " + dataset.why_no_classes());
  for (const std::string& question : {question_about_parts(dataset, path), question_about_one_class(dataset, path),
                                      question_about_numbers(dataset)}) {
    if (!question.empty()) questions.push_back(question);
  }
  return questions;
}

}  // namespace

DataReport check_data(const CheckDataOptions& options) {
  DataReport report;
  report.path = options.path;
  DataConfig config;
  config.source = report.source = source_of_path(posix_fs(), options.path);
  config.path = options.path;
  config.cache_dir = "off";  // a check looks for itself
  const auto dataset = open_dataset(config, options.path, {.shows_progress = options.shows_progress});
  const PixelLimit limit{std::llround(options.max_megapixels * 1e6),
                         "--max-megapixels here and data.max_megapixels in training"};
  const auto findings =
      Inspection(*dataset, limit).run(options.threads > 0 ? options.threads : usable_cores(), options.shows_progress);
  const DatasetFingerprint print = fingerprint(*dataset);
  report.images = print.count;
  report.total_bytes = print.total_bytes;
  report.names_hash = print.names_hash;
  report.skipped = dataset->skipped();
  report.questions = questions_about(*dataset, options.path);
  count_classes(*dataset, report);
  add_findings(*dataset, findings, report);
  return report;
}

}  // namespace itpn
