// JPEG by libjpeg-turbo with the settings of Pillow (exact integer DCT, smooth chroma), so that pixels are equal.
//
// libjpeg reports errors by longjmp. All of its calls are made inside `JpegReader::guarded`, below which no frame owns
// anything that would need a destructor.
#include <fmt/format.h>
#include <jpeglib.h>
// jerror.h needs jpeglib.h before it.
#include <jerror.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <string>

#include "itpn/io/cmyk.h"
#include "itpn/io/decoders.h"
#include "itpn/io/exif.h"

namespace itpn {
namespace {

// A progressive file of a few kilobytes can ask for thousands of passes over a large picture.
constexpr int kMaxScans = 100;
constexpr int kRowsPerCall = 16;
constexpr int kEndOfImage = 0xD9;
// Coefficients of a progressive picture take 2 bytes a sample: 6 a pixel for three full-size components.
constexpr int64_t kWorkBytesPerPixel = 7;
constexpr int64_t kWorkBytes = int64_t{8} << 20;

struct ErrorState {
  jpeg_error_mgr manager;  // first: libjpeg hands back a pointer to it
  std::jmp_buf jump;
  ImageDefect defect;
  char text[JMSG_LENGTH_MAX];
  bool looks_for_damage;         // false: the header is being read
  char damage[JMSG_LENGTH_MAX];  // the first warning that tells of any; "": none
};

ImageDefect defect_of(int code) {
  switch (code) {
    case JERR_NO_SOI:
      return ImageDefect::kNotAnImage;
    case JERR_INPUT_EOF:
    case JERR_INPUT_EMPTY:
      return ImageDefect::kTruncated;
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
      return ImageDefect::kTooLarge;
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
      return ImageDefect::kUnsupported;
    default:
      return ImageDefect::kCorrupt;
  }
}

ErrorState& state_of(j_common_ptr info) { return *reinterpret_cast<ErrorState*>(info->err); }

[[noreturn]] void stop(j_common_ptr info, ImageDefect defect) {
  ErrorState& state = state_of(info);
  state.defect = defect;
  std::longjmp(state.jump, 1);
}

[[noreturn]] void on_error(j_common_ptr info) {
  info->err->format_message(info, state_of(info).text);
  stop(info, defect_of(info->err->msg_code));
}

// Oddities of the program that wrote a file, which cost no pixel.
bool is_harmless(int warning) {
  return warning == JWRN_ADOBE_XFORM || warning == JWRN_BOGUS_ICC || warning == JWRN_NOT_SEQUENTIAL ||
         warning == JWRN_TOO_MUCH_DATA;
}

// Warnings are about damaged data inside a picture whose length is right; like Pillow we take what libjpeg makes of it.
// Those about the header are not: bytes too many between its parts do not matter.
void on_message(j_common_ptr info, int level) {
  ErrorState& state = state_of(info);
  if (level >= 0 || !state.looks_for_damage || state.damage[0] != '\0' || is_harmless(info->err->msg_code)) return;
  info->err->format_message(info, state.damage);
}

[[noreturn]] void stop_truncated(j_decompress_ptr info) {
  ErrorState& state = state_of(reinterpret_cast<j_common_ptr>(info));
  std::strcpy(state.text, "the file ends before the picture does");
  stop(reinterpret_cast<j_common_ptr>(info), ImageDefect::kTruncated);
}

// All bytes are in the buffer from the start, so a wish for more means that the file was cut.
boolean on_buffer_empty(j_decompress_ptr info) { stop_truncated(info); }

void on_skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if (static_cast<size_t>(count) > info->src->bytes_in_buffer) stop_truncated(info);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= static_cast<size_t>(count);
}

void do_nothing(j_decompress_ptr) {}

void on_progress(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMaxScans) return;
  std::strcpy(state_of(info).text, "more than 100 scans");
  stop(info, ImageDefect::kTooLarge);
}

// Columns and rows that are decoded so that a region's own pixels are those of a whole decode.
struct DecodeWindow {
  JDIMENSION left = 0;
  JDIMENSION width = 0;
  JDIMENSION skipped_rows = 0;
};

class JpegReader {
 public:
  explicit JpegReader(std::span<const std::byte> bytes);
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  void read_header(bool keep_exif, const PixelLimit& limit);
  ImageInfo image_info() const;
  DecodedImage decode(const DecodeJob& job);

 private:
  // Runs `calls`, which uses libjpeg and owns nothing, and turns libjpeg's errors into ImageError.
  template <class Calls>
  void guarded(const Calls& calls);
  void choose_output(PixelLayout layout);
  bool smooths_blocks() const;
  DecodeWindow start(const Rect& region);
  void read_rows_directly(Image& image);
  void read_rows(Image& image, const Rect& region, const DecodeWindow& window);
  void skip_rest();
  size_t bytes_before_end();
  std::string damage(size_t left_over) const;

  jpeg_decompress_struct info_{};
  ErrorState error_{};
  jpeg_source_mgr source_{};
  jpeg_progress_mgr progress_{};
};

template <class Calls>
void JpegReader::guarded(const Calls& calls) {
  if (setjmp(error_.jump) != 0) throw ImageError(error_.defect, fmt::format("JPEG: {}", error_.text));
  calls();
}

JpegReader::JpegReader(std::span<const std::byte> bytes) {
  info_.err = jpeg_std_error(&error_.manager);
  error_.manager.error_exit = on_error;
  error_.manager.emit_message = on_message;
  source_.next_input_byte = reinterpret_cast<const JOCTET*>(bytes.data());
  source_.bytes_in_buffer = bytes.size();
  source_.init_source = do_nothing;
  source_.fill_input_buffer = on_buffer_empty;
  source_.skip_input_data = on_skip;
  source_.resync_to_restart = jpeg_resync_to_restart;
  source_.term_source = do_nothing;
  progress_.progress_monitor = on_progress;
  guarded([this] {
    jpeg_create_decompress(&info_);
    info_.src = &source_;
    info_.progress = &progress_;
  });
}

void JpegReader::read_header(bool keep_exif, const PixelLimit& limit) {
  guarded([this, keep_exif] {
    if (keep_exif) jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&info_, TRUE);
  });
  check_image_size(info_.image_width, info_.image_height, limit);
  error_.looks_for_damage = true;
  if (info_.num_components != 1 && info_.num_components != 3 && info_.num_components != 4) {
    throw ImageError(ImageDefect::kUnsupported, fmt::format("JPEG: {} colour components", info_.num_components));
  }
}

ImageInfo JpegReader::image_info() const {
  ImageInfo result{ImageFormat::kJpeg,
                   static_cast<int>(info_.image_width),
                   static_cast<int>(info_.image_height),
                   info_.num_components,
                   1,
                   false};
  for (const auto* marker = info_.marker_list; marker; marker = marker->next) {
    const auto block = std::as_bytes(std::span(marker->data, marker->data_length));
    if (block.size() < 6 || std::memcmp(block.data(), "Exif\0\0", 6) != 0) continue;
    result.orientation = exif_orientation(block);
    break;
  }
  return result;
}

void JpegReader::choose_output(PixelLayout layout) {
  const int64_t pixels = int64_t{info_.image_width} * info_.image_height;
  info_.mem->max_memory_to_use = pixels * kWorkBytesPerPixel + kWorkBytes;
  const bool as_grey = info_.num_components == 1 && layout == PixelLayout::kStored;
  info_.out_color_space = info_.num_components == 4 ? JCS_CMYK : as_grey ? JCS_GRAYSCALE : JCS_RGB;
  info_.dct_method = JDCT_ISLOW;
}

// Whether libjpeg smooths over the edges of blocks, as it does where a progressive file lacks some bits of a
// coefficient. Each block then depends on those around it, so any window changes the pixels at its edge.
bool JpegReader::smooths_blocks() const {
  if (!info_.progressive_mode || !info_.coef_bits) return false;
  const auto lacks_bits = [](const int(&bits)[DCTSIZE2]) {
    return std::any_of(std::begin(bits) + 1, std::end(bits), [](int missing) { return missing != 0; });
  };
  return std::any_of(info_.coef_bits, info_.coef_bits + info_.num_components, lacks_bits);
}

// Starts decoding and restricts it to the columns of `region` and those next to it: smooth upsampling mixes each chroma
// sample with its neighbours, so one sample more is needed on each side. libjpeg rounds the left edge down to a block.
DecodeWindow JpegReader::start(const Rect& region) {
  DecodeWindow window;
  guarded([&] {
    jpeg_start_decompress(&info_);
    window.width = info_.output_width;
    if (smooths_blocks()) return;
    window.skipped_rows = static_cast<JDIMENSION>(region.top);
    const int margin = 2 * info_.max_h_samp_factor;
    const int left = std::max(0, region.left - margin);
    const int right = std::min<int>(info_.output_width, region.left + region.width + margin);
    if (right - left == static_cast<int>(info_.output_width)) return;
    window.left = static_cast<JDIMENSION>(left);
    window.width = static_cast<JDIMENSION>(right - left);
    jpeg_crop_scanline(&info_, &window.left, &window.width);
  });
  return window;
}

void JpegReader::read_rows_directly(Image& image) {
  const size_t stride = static_cast<size_t>(image.width) * image.channels;
  uint8_t* const first = image.pixels.data();
  guarded([&] {
    JSAMPROW rows[kRowsPerCall];
    for (JDIMENSION y = 0; y < info_.output_height; y = info_.output_scanline) {
      const JDIMENSION count = std::min<JDIMENSION>(kRowsPerCall, info_.output_height - y);
      for (JDIMENSION i = 0; i < count; ++i) rows[i] = first + (y + i) * stride;
      jpeg_read_scanlines(&info_, rows, count);
    }
  });
}

void convert_row(const uint8_t* from, int from_channels, uint8_t* to, int to_channels, int width) {
  if (from_channels == to_channels && from_channels != 4) {
    std::memcpy(to, from, static_cast<size_t>(width) * to_channels);
    return;
  }
  // Adobe writes CMYK inverted, and Pillow takes every CMYK file to be Adobe's.
  for (int x = 0; x < width; ++x) {
    uint8_t cmyk[4];
    for (int c = 0; c < 4; ++c) cmyk[c] = static_cast<uint8_t>(255 - from[4 * x + c]);
    if (to_channels == 4) {
      std::memcpy(to + 4 * x, cmyk, 4);
    } else {
      cmyk_to_rgb(cmyk, to + 3 * x);
    }
  }
}

void JpegReader::read_rows(Image& image, const Rect& region, const DecodeWindow& window) {
  const int channels = info_.output_components;
  std::vector<uint8_t> row(static_cast<size_t>(window.width) * channels);
  JSAMPROW into = row.data();
  const uint8_t* const wanted = row.data() + (region.left - window.left) * channels;
  guarded([&] {
    if (window.skipped_rows > 0) jpeg_skip_scanlines(&info_, window.skipped_rows);
    for (int y = static_cast<int>(window.skipped_rows); y < region.top; ++y) jpeg_read_scanlines(&info_, &into, 1);
    for (int y = 0; y < region.height; ++y) {
      jpeg_read_scanlines(&info_, &into, 1);
      convert_row(wanted, channels, image.row(y), image.channels, region.width);
    }
  });
}

// Reads what lies below a region, for its damage alone. libjpeg would not look at rows that are skipped to the end, so
// that the last one is decoded.
void JpegReader::skip_rest() {
  if (info_.output_scanline == info_.output_height) return;
  std::vector<uint8_t> row(static_cast<size_t>(info_.output_width) * info_.output_components);
  JSAMPROW into = row.data();
  guarded([&] {
    const JDIMENSION left = info_.output_height - info_.output_scanline;
    if (left > 1) jpeg_skip_scanlines(&info_, left - 1);
    while (info_.output_scanline < info_.output_height) jpeg_read_scanlines(&info_, &into, 1);
  });
}

// How much compressed data there is behind what was decoded. A file cut behind the region is refused just as a whole
// decode refuses it: some marker must end the data.
size_t JpegReader::bytes_before_end() {
  if (jpeg_has_multiple_scans(&info_) || info_.unread_marker == kEndOfImage) return 0;
  const JOCTET* const begin = source_.next_input_byte;
  const JOCTET* at = begin;
  const JOCTET* const end = at + source_.bytes_in_buffer;
  while (at + 1 < end) {
    at = static_cast<const JOCTET*>(std::memchr(at, 0xFF, end - at - 1));
    if (!at) break;
    const int code = at[1];
    const bool is_data = code == 0x00 || code == 0xFF || (code >= 0xD0 && code <= 0xD7);
    if (!is_data) return static_cast<size_t>(at - begin);
    at += code == 0xFF ? 1 : 2;
  }
  throw ImageError(ImageDefect::kTruncated, "JPEG: the file ends before the picture does");
}

// What libjpeg warned of, or does not even warn of: scans that never came.
std::string JpegReader::damage(size_t left_over) const {
  constexpr size_t kMostLeftOver = 64;
  if (error_.damage[0] != '\0') return fmt::format("JPEG: {}", error_.damage);
  const jpeg_component_info* const components = info_.comp_info;
  // A component gets its quantisation table with its first scan.
  const auto is_absent = [](const jpeg_component_info& component) { return component.quant_table == nullptr; };
  if (std::any_of(components, components + info_.num_components, is_absent)) {
    return "JPEG: a colour component is missing";
  }
  if (smooths_blocks()) return "JPEG: its last scans are missing";
  // Of data that went wrong in the middle, such as zeros, the picture often needs fewer than there are.
  const bool is_read = info_.output_scanline == info_.output_height;
  return is_read && left_over > kMostLeftOver ? "JPEG: the picture ends before its data do" : "";
}

DecodedImage JpegReader::decode(const DecodeJob& job) {
  const PixelLayout layout = job.layout == PixelLayout::kStored ? PixelLayout::kStored : PixelLayout::kRgb;
  const Rect whole{0, 0, static_cast<int>(info_.image_width), static_cast<int>(info_.image_height)};
  const Rect wanted = job.region.value_or(whole);
  check_region(wanted, whole.width, whole.height);
  choose_output(layout);
  const DecodeWindow window = start(wanted);
  Image image(wanted.width, wanted.height, layout == PixelLayout::kRgb ? 3 : info_.output_components);
  const bool is_whole = wanted.width == whole.width && wanted.height == whole.height;
  if (is_whole && info_.output_components == image.channels && image.channels != 4) {
    read_rows_directly(image);
  } else {
    read_rows(image, wanted, window);
  }
  if (job.looks_at_all) skip_rest();
  return {std::move(image), damage(bytes_before_end())};
}

}  // namespace

bool is_jpeg(std::span<const std::byte> bytes) {
  return bytes.size() >= 3 && std::memcmp(bytes.data(), "\xFF\xD8\xFF", 3) == 0;
}

ImageInfo read_jpeg_info(std::span<const std::byte> bytes, const PixelLimit& limit) {
  JpegReader reader(bytes);
  reader.read_header(true, limit);
  return reader.image_info();
}

DecodedImage decode_jpeg(std::span<const std::byte> bytes, const DecodeJob& job) {
  JpegReader reader(bytes);
  reader.read_header(false, job.limit);
  return reader.decode(job);
}

}  // namespace itpn
