// PNG by libpng's row interface, with limits on what a chunk may take. (The simplified interface has none.)
//
// libpng reports errors by longjmp: all of its calls are made inside `PngReader::guarded`, below which no frame owns
// anything that would need a destructor.
#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>

#include "itpn/io/decoders.h"
#include "itpn/io/exif.h"

namespace itpn {
namespace {

constexpr size_t kMaxChunkBytes = size_t{8} << 20;
constexpr int kMaxChunks = 1000;

class PngReader {
 public:
  PngReader(std::span<const std::byte> bytes, const PixelLimit& limit);
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  ImageInfo read_header();
  Image decode(PixelLayout layout);

 private:
  // Runs `calls`, which uses libpng and owns nothing, and turns libpng's errors into ImageError.
  template <class Calls>
  void guarded(const Calls& calls);
  static void on_error(png_structp png, png_const_charp message);
  static void on_warning(png_structp, png_const_charp) {}
  static void on_read(png_structp png, png_bytep into, size_t size);

  void choose_transforms(PixelLayout layout);
  void read_rows(Image& raw);
  Image apply_palette(const Image& indices);

  std::span<const std::byte> rest_;
  const PixelLimit limit_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_;
  ImageDefect defect_ = ImageDefect::kCorrupt;
  char text_[128] = "";
};

template <class Calls>
void PngReader::guarded(const Calls& calls) {
  if (setjmp(jump_) != 0) throw ImageError(defect_, fmt::format("PNG: {}", text_));
  calls();
}

void PngReader::on_error(png_structp png, png_const_charp message) {
  auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
  std::strncpy(reader->text_, message, sizeof(reader->text_) - 1);
  std::longjmp(reader->jump_, 1);
}

void PngReader::on_read(png_structp png, png_bytep into, size_t size) {
  auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
  if (size > reader->rest_.size()) {
    reader->defect_ = ImageDefect::kTruncated;
    png_error(png, "the file ends before the picture does");
  }
  std::memcpy(into, reader->rest_.data(), size);
  reader->rest_ = reader->rest_.subspan(size);
}

PngReader::PngReader(std::span<const std::byte> bytes, const PixelLimit& limit) : rest_(bytes), limit_(limit) {
  png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
  info_ = png_ ? png_create_info_struct(png_) : nullptr;
  if (!info_) {
    png_destroy_read_struct(&png_, nullptr, nullptr);
    throw std::bad_alloc();
  }
  png_set_read_fn(png_, this, on_read);
  png_set_user_limits(png_, static_cast<png_uint_32>(limit.pixels), static_cast<png_uint_32>(limit.pixels));
  png_set_chunk_malloc_max(png_, kMaxChunkBytes);
  png_set_chunk_cache_max(png_, kMaxChunks);
  // Text, colour profiles and the like say nothing that we need; skipping them leaves nothing to inflate. EXIF too:
  // libpng 1.6.39 allocates what that chunk claims to hold before it reads any of it.
  png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
}

ImageInfo PngReader::read_header() {
  guarded([&] { png_read_info(png_, info_); });
  const int64_t width = png_get_image_width(png_, info_), height = png_get_image_height(png_, info_);
  check_image_size(width, height, limit_);
  const bool has_alpha =
      (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
  return {ImageFormat::kPng, static_cast<int>(width), static_cast<int>(height), png_get_channels(png_, info_), 1,
          has_alpha};
}

// To 8 bits a channel, of 16 the upper ones; with alpha and palette left as they are unless RGBA is wanted.
void PngReader::choose_transforms(PixelLayout layout) {
  const int depth = png_get_bit_depth(png_, info_), type = png_get_color_type(png_, info_);
  if (layout == PixelLayout::kRgba) {
    png_set_expand(png_);  // palettes, small depths and the transparent colour
    png_set_gray_to_rgb(png_);
  } else if (type == PNG_COLOR_TYPE_PALETTE) {
    png_set_packing(png_);
  } else if (depth < 8) {
    png_set_expand_gray_1_2_4_to_8(png_);
  }
  if (depth == 16) png_set_strip_16(png_);
  png_set_interlace_handling(png_);
  png_read_update_info(png_, info_);
}

void PngReader::read_rows(Image& raw) {
  guarded([&] {
    const int passes = png_get_interlace_type(png_, info_) == PNG_INTERLACE_NONE ? 1 : PNG_INTERLACE_ADAM7_PASSES;
    for (int pass = 0; pass < passes; ++pass) {
      for (int y = 0; y < raw.height; ++y) png_read_row(png_, raw.row(y), nullptr);
    }
  });
}

Image PngReader::apply_palette(const Image& indices) {
  std::array<std::array<uint8_t, 3>, 256> colours{};
  png_colorp palette = nullptr;
  int count = 0;
  if (png_get_PLTE(png_, info_, &palette, &count) == 0) throw ImageError(ImageDefect::kCorrupt, "PNG: no palette");
  for (int i = 0; i < std::min(count, 256); ++i) colours[i] = {palette[i].red, palette[i].green, palette[i].blue};
  Image rgb(indices.width, indices.height, 3);
  uint8_t* to = rgb.pixels.data();
  for (const uint8_t index : indices.pixels) {
    std::copy_n(colours[index].data(), 3, to);
    to += 3;
  }
  return rgb;
}

// Grey (with or without alpha) three times, colours without alpha.
Image to_rgb(const Image& image) {
  Image rgb(image.width, image.height, 3);
  const uint8_t* from = image.pixels.data();
  const int green = image.channels >= 3 ? 1 : 0, blue = image.channels >= 3 ? 2 : 0;
  for (size_t i = 0; i < rgb.pixels.size(); i += 3, from += image.channels) {
    rgb.pixels[i] = from[0];
    rgb.pixels[i + 1] = from[green];
    rgb.pixels[i + 2] = from[blue];
  }
  return rgb;
}

Image PngReader::decode(PixelLayout layout) {
  const ImageInfo header = read_header();
  if (layout == PixelLayout::kRgba && !header.has_alpha) layout = PixelLayout::kRgb;
  const bool has_palette = png_get_color_type(png_, info_) == PNG_COLOR_TYPE_PALETTE;
  guarded([&] { choose_transforms(layout); });
  Image image(header.width, header.height, png_get_channels(png_, info_));
  read_rows(image);
  if (layout != PixelLayout::kRgb || image.channels == 3) return image;
  return has_palette ? apply_palette(image) : to_rgb(image);
}

uint32_t big_endian_32(std::span<const std::byte> bytes) {
  uint32_t value = 0;
  for (const std::byte byte : bytes.first(4)) value = value << 8 | std::to_integer<uint32_t>(byte);
  return value;
}

// The content of the eXIf chunk, empty where there is none.
std::span<const std::byte> find_exif(std::span<const std::byte> file) {
  constexpr size_t kSignature = 8, kBefore = 8, kChecksum = 4;  // length and kind lie before a chunk's content
  for (auto rest = file.subspan(kSignature); rest.size() >= kBefore + kChecksum;) {
    const uint32_t length = big_endian_32(rest);
    if (length > rest.size() - kBefore - kChecksum) break;
    if (std::memcmp(rest.data() + 4, "eXIf", 4) == 0) return rest.subspan(kBefore, length);
    rest = rest.subspan(kBefore + length + kChecksum);
  }
  return {};
}

}  // namespace

bool is_png(std::span<const std::byte> bytes) {
  return bytes.size() >= 8 && std::memcmp(bytes.data(), "\x89PNG\r\n\x1a\n", 8) == 0;
}

ImageInfo read_png_info(std::span<const std::byte> bytes, const PixelLimit& limit) {
  ImageInfo info = PngReader(bytes, limit).read_header();
  info.orientation = exif_orientation(find_exif(bytes));
  return info;
}

// Its checksums leave no damage that could be decoded.
DecodedImage decode_png(std::span<const std::byte> bytes, const DecodeJob& job) {
  return {PngReader(bytes, job.limit).decode(job.layout)};
}

}  // namespace itpn
