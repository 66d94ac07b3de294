// The numbers of a run: metrics.jsonl for scripts, TensorBoard events for people.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/engine/train_task.h"
#include "itpn/io/jsonl_writer.h"
#include "itpn/io/tensorboard_writer.h"

namespace itpn {

class MetricsWriter {
 public:
  // Appends to DIRECTORY/metrics.jsonl and, with `tensorboard`, to a new event file in DIRECTORY.
  MetricsWriter(Fs& fs, const std::string& directory, bool tensorboard);
  // Writes nothing: for all processes of a run but the first.
  MetricsWriter() = default;

  // One line: step (counted from 1), epoch (a fraction), then the numbers. What is not finite becomes null. Never
  // throws: a full disk costs lines, not the run.
  void write(int64_t step, double epoch, const std::vector<NamedNumber>& numbers) noexcept;
  // A picture for TensorBoard.
  void add_image(const std::string& tag, const Image& image, int64_t step) noexcept;
  // Length of metrics.jsonl in bytes; a checkpoint remembers it.
  uint64_t size() const { return lines_ ? lines_->size() : 0; }

 private:
  std::unique_ptr<JsonlWriter> lines_;
  std::unique_ptr<TensorboardWriter> events_;
};

}  // namespace itpn
