// The numbers of a run: metrics.jsonl for scripts, TensorBoard events for people.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/engine/run_directory.h"
#include "itpn/engine/train_task.h"
#include "itpn/io/jsonl_writer.h"
#include "itpn/io/tensorboard_writer.h"

namespace itpn {

class MetricsWriter {
 public:
  // Appends to the directory's metrics.jsonl and, with `tensorboard`, to a new event file in it, made for the first
  // number. `steps_before`: those that stay of a run that goes on; TensorBoard then forgets later ones.
  MetricsWriter(Fs& fs, const RunDirectory& directory, bool tensorboard, std::optional<int64_t> steps_before);
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
  // The event file; null where there is none to be.
  TensorboardWriter* events() noexcept;

  Fs* fs_ = nullptr;
  const RunDirectory* directory_ = nullptr;
  std::optional<int64_t> steps_before_;
  bool wants_events_ = false;
  std::unique_ptr<JsonlWriter> lines_;
  std::unique_ptr<TensorboardWriter> events_;
};

}  // namespace itpn
