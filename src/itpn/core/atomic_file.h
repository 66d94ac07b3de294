// A file that is written piece by piece and takes its name only when it is whole: at every moment, also after a power
// cut or kill -9, there is the old file or the new one under that name.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "itpn/core/files.h"

namespace itpn {

// All functions throw SystemError (exit 5) where the disk refuses.
class AtomicFile {
 public:
  // Begins a temporary file beside `path`. `fs` must live as long as the object.
  AtomicFile(Fs& fs, const std::string& path);
  // What was not committed goes.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes) { file_.write_all(bytes); }
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  // The last write: brings all of it to the disk, still under the temporary name.
  void close();
  // Closes it if need be, and gives it its name.
  void commit();
  const std::string& path() const { return path_; }
  // Where the bytes are until then; may be read after close().
  const std::string& temporary_path() const { return file_.path(); }

 private:
  Fs& fs_;
  std::string path_;
  OpenFile file_;
  bool is_closed_ = false;
  bool is_committed_ = false;
};

}  // namespace itpn
