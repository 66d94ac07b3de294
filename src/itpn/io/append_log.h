// A file that records are appended to while a run goes on, and that a full disk cannot stop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "itpn/core/files.h"

namespace itpn {

// A record is in the file whole or not at all: what a full disk cut off is completed before the next record goes in.
// Records that do not fit are dropped and counted, with one warning. Any thread may append.
class AppendLog {
 public:
  // Opens or creates `path`; throws Error with exit code 5 where that fails. `fs` must live as long as the object.
  AppendLog(Fs& fs, const std::string& path);

  // Appends `record`; false if it was dropped. Never throws.
  bool append(std::span<const std::byte> record) noexcept;
  // Bytes of the file, including the unfinished part of a record.
  uint64_t size() const;
  int64_t dropped_records() const;
  const std::string& path() const { return file_.path(); }

 private:
  // Writes as much as the disk takes and returns the number of bytes.
  size_t write_some(std::span<const std::byte> bytes) noexcept;
  bool finish_pending() noexcept;
  bool drop() noexcept;

  mutable std::mutex mutex_;
  Fs& fs_;
  OpenFile file_;
  std::vector<std::byte> pending_;  // the rest of a record that was cut off
  uint64_t size_ = 0;
  int64_t dropped_ = 0;
};

}  // namespace itpn
