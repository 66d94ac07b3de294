#include "itpn/io/png_writer.h"

#include <fmt/format.h>
#include <png.h>

#include <array>
#include <csetjmp>
#include <new>
#include <span>
#include <stdexcept>

namespace itpn {
namespace {

struct PngWriter {
  PngWriter() : png(png_create_write_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning)) {
    info = png ? png_create_info_struct(png) : nullptr;
    if (info) return;
    png_destroy_write_struct(&png, nullptr);
    throw std::bad_alloc();
  }
  ~PngWriter() { png_destroy_write_struct(&png, &info); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  static void on_error(png_structp png, png_const_charp) {
    std::longjmp(static_cast<PngWriter*>(png_get_error_ptr(png))->jump, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}
  static void on_write(png_structp png, png_bytep data, size_t size) {
    auto* writer = static_cast<PngWriter*>(png_get_io_ptr(png));
    try {
      const auto bytes = std::as_bytes(std::span(data, size));
      writer->bytes.insert(writer->bytes.end(), bytes.begin(), bytes.end());
    } catch (const std::bad_alloc&) {
      png_error(png, "out of memory");  // an exception must not cross C code
    }
  }
  static void on_flush(png_structp) {}

  std::vector<std::byte> bytes;
  std::jmp_buf jump;
  png_structp png = nullptr;
  png_infop info = nullptr;
};

void check_image(const Image& image) {
  const size_t wanted = static_cast<size_t>(image.width) * image.height * image.channels;
  const bool fits = image.width > 0 && image.height > 0 && image.channels >= 1 && image.channels <= 4 &&
                    image.pixels.size() == wanted;
  if (fits) return;
  throw std::invalid_argument(fmt::format("cannot write {} x {} x {} with {} bytes as PNG", image.height, image.width,
                                          image.channels, image.pixels.size()));
}

}  // namespace

std::vector<std::byte> encode_png(const Image& image) {
  constexpr std::array kColourTypes{PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                    PNG_COLOR_TYPE_RGB_ALPHA};
  check_image(image);
  PngWriter writer;
  if (setjmp(writer.jump) != 0) throw std::runtime_error("libpng could not write a picture");
  png_set_write_fn(writer.png, &writer, PngWriter::on_write, PngWriter::on_flush);
  png_set_IHDR(writer.png, writer.info, image.width, image.height, 8, kColourTypes[image.channels - 1],
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(writer.png, writer.info);
  for (int y = 0; y < image.height; ++y) png_write_row(writer.png, image.row(y));
  png_write_end(writer.png, nullptr);
  return std::move(writer.bytes);
}

}  // namespace itpn
