// Writer of zip containers as PyTorch lays them out: entries stored, contents aligned to 64 bytes, zip64 where needed.
#pragma once

#include <string>
#include <vector>

#include "itpn/io/safetensors.h"
#include "itpn/io/zip_archive.h"

namespace itpn {

class ZipWriter {
 public:
  explicit ZipWriter(const ByteSink& sink) : sink_(sink) {}
  void add(const std::string& name, std::span<const std::byte> content);
  // Writes the directory; last.
  void finish();

 private:
  void write(const std::string& text);
  std::string central_header(const ZipEntry& entry) const;

  const ByteSink& sink_;
  std::vector<ZipEntry> entries_;
  uint64_t offset_ = 0;
};

}  // namespace itpn
