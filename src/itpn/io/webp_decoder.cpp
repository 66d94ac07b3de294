// WebP by libwebp; of an animation the first frame.
#include <fmt/format.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "itpn/io/decoders.h"
#include "itpn/io/exif.h"

namespace itpn {
namespace {

const uint8_t* data_of(std::span<const std::byte> bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

[[noreturn]] void fail(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      throw ImageError(ImageDefect::kTruncated, "WebP: the file ends before the picture does");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      throw ImageError(ImageDefect::kUnsupported, "WebP: a feature that libwebp does not know");
    case VP8_STATUS_OUT_OF_MEMORY:
      throw ImageError(ImageDefect::kTooLarge, "WebP: not enough memory");
    default:
      throw ImageError(ImageDefect::kCorrupt, "WebP: damaged data");
  }
}

WebPBitstreamFeatures read_features(std::span<const std::byte> bytes, const PixelLimit& limit) {
  WebPBitstreamFeatures features;
  const auto status = WebPGetFeatures(data_of(bytes), bytes.size(), &features);
  if (status != VP8_STATUS_OK) fail(status);
  check_image_size(features.width, features.height, limit);
  return features;
}

using Demuxer = std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)>;

Demuxer open_container(std::span<const std::byte> bytes) {
  const WebPData data{data_of(bytes), bytes.size()};
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  Demuxer demuxer(WebPDemuxPartial(&data, &state), WebPDemuxDelete);
  if (state == WEBP_DEMUX_PARSE_ERROR) fail(VP8_STATUS_BITSTREAM_ERROR);
  if (!demuxer) fail(VP8_STATUS_NOT_ENOUGH_DATA);
  return demuxer;
}

int read_orientation(const Demuxer& demuxer) {
  WebPChunkIterator chunk;
  if (!WebPDemuxGetChunk(demuxer.get(), "EXIF", 1, &chunk)) return 1;
  const int orientation = exif_orientation(std::as_bytes(std::span(chunk.chunk.bytes, chunk.chunk.size)));
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

// Decodes one picture into `image`, its top left corner at (left, top); it must fit there.
void decode_into(Image& image, int left, int top, std::span<const std::byte> bytes) {
  const auto features = read_features(bytes, {kMostImagePixels});
  if (left < 0 || top < 0 || features.width > image.width - left || features.height > image.height - top) {
    fail(VP8_STATUS_BITSTREAM_ERROR);
  }
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) fail(VP8_STATUS_INVALID_PARAM);
  uint8_t* const first = image.row(top) + static_cast<size_t>(left) * image.channels;
  config.output.colorspace = image.channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {first, image.width * image.channels,
                          static_cast<size_t>(image.pixels.data() + image.pixels.size() - first)};
  const auto status = WebPDecode(data_of(bytes), bytes.size(), &config);
  WebPFreeDecBuffer(&config.output);
  if (status != VP8_STATUS_OK) fail(status);
}

// The first frame; where it does not reach, the canvas is transparent black, as Pillow shows it.
void decode_first_frame(Image& canvas, std::span<const std::byte> bytes) {
  const Demuxer demuxer = open_container(bytes);
  WebPIterator frame;
  if (!WebPDemuxGetFrame(demuxer.get(), 1, &frame)) fail(VP8_STATUS_NOT_ENOUGH_DATA);
  const std::unique_ptr<WebPIterator, decltype(&WebPDemuxReleaseIterator)> release(&frame, WebPDemuxReleaseIterator);
  if (!frame.complete) fail(VP8_STATUS_NOT_ENOUGH_DATA);
  const auto fragment = std::as_bytes(std::span(frame.fragment.bytes, frame.fragment.size));
  decode_into(canvas, frame.x_offset, frame.y_offset, fragment);
}

bool is_named(std::span<const std::byte> chunk, const char* name) { return std::memcmp(chunk.data(), name, 4) == 0; }

size_t chunk_length(std::span<const std::byte> chunk) {
  size_t value = 0;
  for (size_t i = 8; i-- > 4;) value = value << 8 | std::to_integer<size_t>(chunk[i]);
  return value;
}

// The compressed picture: the content of the first chunk that holds one, in an animation that of its first frame.
std::span<const std::byte> bitstream_of(std::span<const std::byte> file) {
  constexpr size_t kBefore = 8, kFileHead = 12, kFrameHead = 16;  // a chunk's name and length lie before its content
  for (auto rest = file.subspan(std::min(kFileHead, file.size())); rest.size() >= kBefore;) {
    const size_t length = chunk_length(rest);
    const auto content = rest.subspan(kBefore, std::min(length, rest.size() - kBefore));
    if (is_named(rest, "VP8 ") || is_named(rest, "VP8L")) return content;
    if (is_named(rest, "ANMF")) {
      rest = content.subspan(std::min(kFrameHead, content.size()));
    } else {
      rest = rest.subspan(std::min(kBefore + length + length % 2, rest.size()));
    }
  }
  return {};
}

// Whether a bitstream holds all of its picture: decodes it and keeps the last row only.
bool is_complete(std::span<const std::byte> stream) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return false;
  if (WebPGetFeatures(data_of(stream), stream.size(), &config.input) != VP8_STATUS_OK) return false;
  config.options.use_cropping = 1;
  config.options.crop_top = (config.input.height - 1) / 2 * 2;  // libwebp wants even ones
  config.options.crop_width = config.input.width;
  config.options.crop_height = config.input.height - config.options.crop_top;
  const auto status = WebPDecode(data_of(stream), stream.size(), &config);
  WebPFreeDecBuffer(&config.output);
  return status == VP8_STATUS_OK;
}

// libwebp takes whatever bits there are, the zeros of an unfinished copy too, for data. They describe a blank picture,
// and briefly, so that it is complete before the data end, which an encoder's own data never are by more than a few
// bytes. Zeros at the end alone prove nothing: a blank part ends so. They are what makes the question worth its time,
// unless all damage is asked for: then it is put to every file, and finds data that went wrong in the middle.
std::string damage_of(std::span<const std::byte> stream, bool looks_at_all) {
  constexpr size_t kUnreadBytes = 64;
  if (stream.size() <= kUnreadBytes) return "";
  const auto end = stream.last(kUnreadBytes);
  const bool ends_in_zeros = std::all_of(end.begin(), end.end(), [](std::byte byte) { return byte == std::byte{0}; });
  if (!ends_in_zeros && !looks_at_all) return "";
  if (!is_complete(stream.first(stream.size() - kUnreadBytes))) return "";
  return ends_in_zeros ? "WebP: zeros in place of its last data" : "WebP: the picture ends before its data do";
}

}  // namespace

bool is_webp(std::span<const std::byte> bytes) {
  return bytes.size() >= 12 && std::memcmp(bytes.data(), "RIFF", 4) == 0 &&
         std::memcmp(bytes.data() + 8, "WEBP", 4) == 0;
}

ImageInfo read_webp_info(std::span<const std::byte> bytes, const PixelLimit& limit) {
  const auto features = read_features(bytes, limit);
  return {ImageFormat::kWebp,
          features.width,
          features.height,
          features.has_alpha ? 4 : 3,
          read_orientation(open_container(bytes)),
          features.has_alpha != 0};
}

DecodedImage decode_webp(std::span<const std::byte> bytes, const DecodeJob& job) {
  const auto features = read_features(bytes, job.limit);
  // Where the first frame of an animation does not reach, the canvas is transparent though no frame need have alpha.
  const bool may_be_transparent = features.has_alpha || (features.has_animation && job.layout == PixelLayout::kRgba);
  Image image(features.width, features.height, may_be_transparent && job.layout != PixelLayout::kRgb ? 4 : 3);
  if (features.has_animation) {
    decode_first_frame(image, bytes);
  } else {
    decode_into(image, 0, 0, bytes);
  }
  return {std::move(image), damage_of(bitstream_of(bytes), job.looks_at_all)};
}

}  // namespace itpn
