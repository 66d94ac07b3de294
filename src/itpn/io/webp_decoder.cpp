// WebP by libwebp; of an animation the first frame.
#include <fmt/format.h>
#include <webp/decode.h>
#include <webp/demux.h>

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

WebPBitstreamFeatures read_features(std::span<const std::byte> bytes) {
  WebPBitstreamFeatures features;
  const auto status = WebPGetFeatures(data_of(bytes), bytes.size(), &features);
  if (status != VP8_STATUS_OK) fail(status);
  check_image_size(features.width, features.height);
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
  const auto features = read_features(bytes);
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

}  // namespace

bool is_webp(std::span<const std::byte> bytes) {
  return bytes.size() >= 12 && std::memcmp(bytes.data(), "RIFF", 4) == 0 &&
         std::memcmp(bytes.data() + 8, "WEBP", 4) == 0;
}

ImageInfo read_webp_info(std::span<const std::byte> bytes) {
  const auto features = read_features(bytes);
  return {ImageFormat::kWebp, features.width, features.height, features.has_alpha ? 4 : 3,
          read_orientation(open_container(bytes))};
}

Image decode_webp(std::span<const std::byte> bytes, PixelLayout layout) {
  const auto features = read_features(bytes);
  Image image(features.width, features.height, layout == PixelLayout::kStored && features.has_alpha ? 4 : 3);
  if (features.has_animation) {
    decode_first_frame(image, bytes);
  } else {
    decode_into(image, 0, 0, bytes);
  }
  return image;
}

}  // namespace itpn
