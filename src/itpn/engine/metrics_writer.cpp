#include "itpn/engine/metrics_writer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "itpn/core/log.h"
#include "itpn/core/paths.h"

namespace itpn {

MetricsWriter::MetricsWriter(Fs& fs, const RunDirectory& directory, bool tensorboard,
                             std::optional<int64_t> steps_before)
    : fs_(&fs),
      directory_(&directory),
      steps_before_(steps_before),
      wants_events_(tensorboard),
      lines_(std::make_unique<JsonlWriter>(fs, directory.metrics_file())) {}

TensorboardWriter* MetricsWriter::events() noexcept {
  if (events_ || !wants_events_) return events_.get();
  try {
    events_ = std::make_unique<TensorboardWriter>(*fs_, directory_->path());
    directory_->note(std::string(base_name(events_->path())));
  } catch (const std::exception& error) {
    wants_events_ = false;
    log::warning(fmt::format("{}; the run goes on without TensorBoard's events", error.what()));
    return events_.get();
  }
  if (steps_before_) events_->add_restart(*steps_before_ + 1);
  return events_.get();
}

void MetricsWriter::write(int64_t step, double epoch, const std::vector<NamedNumber>& numbers) noexcept {
  if (!lines_) return;
  try {
    nlohmann::ordered_json line = {{"step", step}, {"epoch", epoch}};
    for (const auto& [name, value] : numbers) line[name] = value;
    lines_->write(line.dump());
  } catch (const std::exception&) {
    return;  // no memory for a line: the run matters more
  }
  if (!events()) return;
  for (const auto& [name, value] : numbers) events_->add_scalar(name, value, step);
}

void MetricsWriter::add_image(const std::string& tag, const Image& image, int64_t step) noexcept {
  if (events()) events_->add_image(tag, image, step);
}

}  // namespace itpn
