#include "itpn/tasks/inspect/picture_inspection.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

#include "itpn/core/cpu_limits.h"
#include "itpn/core/parallel_for.h"
#include "itpn/core/progress.h"
#include "itpn/core/signals.h"
#include "itpn/core/utf8.h"
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

PictureFinding look_at(const std::function<void(StoredPicture&)>& read, const PixelLimit& limit) {
  PictureFinding finding;
  DecodeOptions reading;
  reading.limit = limit;
  reading.refuses_damage = true;
  try {
    StoredPicture picture;
    read(picture);
    finding.bytes = picture.bytes.size();
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

// Shows how far `done` is until all are, or the work has ended otherwise.
void show_progress(int64_t count, const std::atomic<int64_t>& done, const std::atomic<bool>& has_ended) {
  ProgressBar bar({.label = "checking", .total = count, .unit = "pictures"});
  while (!has_ended) {
    std::this_thread::sleep_for(kProgressInterval);
    bar.update(done);
  }
  bar.update(done);  // of the last moment, or of less than one altogether
  if (done == count) bar.finish();
}

template <class Map>
std::string counts_text(const Map& counts) {
  std::string text;
  for (const auto& [name, count] : counts) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  return text.empty() ? "none" : text;
}

std::string spread_row(const char* name, const Spread& s) {
  return fmt::format("  {:<8} {:>9} {:>9} {:>9}\n", name, s.min, s.median, s.max);
}

}  // namespace

std::vector<PictureFinding> inspect_pictures(int64_t count, const std::function<void(int64_t, StoredPicture&)>& read,
                                             const InspectionOptions& options) {
  std::vector<PictureFinding> findings(static_cast<size_t>(count));
  std::atomic<int64_t> done = 0;
  std::atomic<bool> has_ended = false;
  std::exception_ptr failure;
  {
    std::jthread worker([&]() noexcept {
      block_signals_in_this_thread();  // and those that it starts
      try {
        const int64_t threads = options.threads > 0 ? options.threads : usable_cores();
        for_each_parallel(count, threads, [&](int64_t i) {
          if (options.shows_progress && pending_signal() != 0) return;
          findings[static_cast<size_t>(i)] = look_at([&](StoredPicture& into) { read(i, into); }, options.limit);
          ++done;
        });
      } catch (...) {
        failure = std::current_exception();
      }
      has_ended = true;
    });
    if (options.shows_progress) show_progress(count, done, has_ended);
  }
  if (failure) std::rethrow_exception(failure);
  return findings;
}

Spread spread_of(std::vector<int64_t> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {values.front(), values[values.size() / 2], values.back()};
}

PicturesReport pictures_report(const std::vector<PictureFinding>& findings,
                               const std::function<std::string(int64_t)>& name) {
  PicturesReport report;
  std::vector<int64_t> widths, heights, sizes;
  for (size_t i = 0; i < findings.size(); ++i) {
    const auto& [info, bytes, kind, reason] = findings[i];
    if (bytes > 0 || kind == defect_name(ImageDefect::kEmpty)) sizes.push_back(static_cast<int64_t>(bytes));
    report.total_bytes += bytes;
    if (!kind.empty()) {
      report.defects.push_back({printable_name(name(static_cast<int64_t>(i))), kind, reason});
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
  return report;
}

std::string spread_rows(const PicturesReport& report) {
  return fmt::format("  {:<8} {:>9} {:>9} {:>9}\n", "", "smallest", "median", "largest") +
         spread_row("width", report.width) + spread_row("height", report.height) + spread_row("bytes", report.bytes);
}

std::string formats_row(const PicturesReport& report) {
  std::map<std::string, int64_t> channels;
  for (const auto& [count, images] : report.channels)
    channels[fmt::format("with {} channel{}", count, count == 1 ? "" : "s")] = images;
  return fmt::format("formats: {}; {}\n", counts_text(report.formats), counts_text(channels));
}

std::string rest_line(size_t shown, size_t all) {
  return all > shown ? fmt::format("  ... and {} more (--json lists all)\n", all - shown) : "";
}

std::string defect_rows(const PicturesReport& report, size_t max_rows) {
  std::string text = fmt::format("defects: {}\n", counts_text(report.defect_kinds));
  const size_t shown = std::min(max_rows, report.defects.size());
  for (size_t i = 0; i < shown; ++i) {
    const ImageDefectReport& defect = report.defects[i];
    text += fmt::format("  {}: {} ({})\n", defect.name, defect.reason, defect.kind);
  }
  return text + rest_line(shown, report.defects.size());
}

}  // namespace itpn
