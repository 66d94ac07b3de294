// Event files that TensorBoard reads: scalars, pictures, texts.
//
// The few protobuf messages are written by hand, so that the program needs no protobuf library. Nothing here throws
// once the file is open: a record that the disk does not take is counted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "itpn/io/append_log.h"
#include "itpn/io/image.h"

namespace itpn {

class TensorboardWriter {
 public:
  // Makes `directory` and a new event file in it, whose name comes behind those of the files that are there, for
  // TensorBoard reads them in that order. Throws Error with exit code 5 where that fails.
  TensorboardWriter(Fs& fs, const std::string& directory);

  // Tags with a common part before "/" share a section.
  void add_scalar(std::string_view tag, double value, int64_t step) noexcept;
  // 1, 3 or 4 channels.
  void add_image(std::string_view tag, const Image& image, int64_t step) noexcept;
  // Tells TensorBoard to forget what earlier event files of the directory say about `step` and later ones: the run goes
  // on from before it.
  void add_restart(int64_t step) noexcept;
  // Shown as Markdown.
  void add_text(std::string_view tag, std::string_view text, int64_t step) noexcept;

  const std::string& path() const { return log_.path(); }
  int64_t dropped_records() const { return log_.dropped_records() + lost_; }

 private:
  template <class MakeEvent>
  void add(const MakeEvent& make_event) noexcept;

  AppendLog log_;
  int64_t lost_ = 0;  // no memory, or a picture that is none
};

// Checksum of the TFRecord framing: CRC-32C, rotated and shifted as that format wants.
uint32_t masked_crc32c(std::string_view bytes);

}  // namespace itpn
