// One JSON object per line, appended: the form of metrics.jsonl.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "itpn/io/append_log.h"

namespace itpn {

class JsonlWriter {
 public:
  // Appends to `path`, created if missing; throws Error with exit code 5 where that fails. A last line that an earlier
  // run left unfinished is ended first, so that it spoils no line of this run.
  JsonlWriter(Fs& fs, const std::string& path);

  // Writes `json` (one object, without line breaks) and a line end. Never throws: a line that the disk does not take is
  // counted.
  void write(std::string_view json) noexcept;
  // Bytes of the file; a checkpoint remembers it, and `rewind_jsonl` goes back to it.
  uint64_t size() const { return log_.size(); }
  int64_t dropped_lines() const { return log_.dropped_records() + lost_; }

 private:
  AppendLog log_;
  int64_t lost_ = 0;  // no memory for the line
};

// Cuts the file to its first `size` bytes and appends what came after to `dropped_path`: the lines that a resumed run
// will write again. A file that is missing or shorter is left alone. Old or new content at every moment.
void rewind_jsonl(Fs& fs, const std::string& path, uint64_t size, const std::string& dropped_path);

}  // namespace itpn
