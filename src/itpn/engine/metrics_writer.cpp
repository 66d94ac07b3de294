#include "itpn/engine/metrics_writer.h"

#include <nlohmann/json.hpp>

namespace itpn {

MetricsWriter::MetricsWriter(Fs& fs, const std::string& directory, bool tensorboard)
    : lines_(std::make_unique<JsonlWriter>(fs, join_path(directory, "metrics.jsonl"))) {
  if (tensorboard) events_ = std::make_unique<TensorboardWriter>(fs, directory);
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
  if (!events_) return;
  for (const auto& [name, value] : numbers) events_->add_scalar(name, value, step);
}

void MetricsWriter::add_image(const std::string& tag, const Image& image, int64_t step) noexcept {
  if (events_) events_->add_image(tag, image, step);
}

}  // namespace itpn
