// JPEG files for tests.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>
// jpeglib.h needs cstdio before it.
#include <jpeglib.h>

#include "itpn/io/image.h"

namespace itpn::test {

struct JpegKind {
  int chroma_factor = 2;  // colours are stored once for so many pixels in each direction (1, 2)
  bool is_progressive = false;
  unsigned restart_rows = 0;  // rows of blocks between two restart markers, 0: none
};

// A file of an RGB picture.
inline std::vector<std::byte> encode_jpeg(const Image& image, const JpegKind& kind) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &data, &size);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = kind.chroma_factor;
  info.restart_in_rows = static_cast<int>(kind.restart_rows);
  if (kind.is_progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  for (int y = 0; y < image.height; ++y) {
    JSAMPROW row = const_cast<JSAMPROW>(image.row(y));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const auto* first = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> bytes(first, first + size);
  std::free(data);
  return bytes;
}

inline std::vector<std::byte> encode_progressive_jpeg(const Image& image, int chroma_factor) {
  return encode_jpeg(image, {chroma_factor, true});
}

}  // namespace itpn::test
