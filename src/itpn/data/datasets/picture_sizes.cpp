#include "itpn/data/datasets/picture_sizes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "itpn/core/cpu_limits.h"
#include "itpn/core/parallel_for.h"
#include "itpn/data/datasets/sample_error.h"
#include "itpn/io/decode_image.h"

namespace itpn {
namespace {

using Size = std::pair<int, int>;

constexpr uint64_t kUsualHeader = 64 << 10;

std::optional<Size> size_of(std::span<const std::byte> bytes) {
  DecodeOptions reading;
  reading.applies_exif = true;
  try {
    return shown_size(read_image_info(bytes, {kMostImagePixels, ""}), reading);
  } catch (const ImageError&) {
    return std::nullopt;
  }
}

// A JPEG has all that is wanted in front of its pixels; other formats may have EXIF behind them.
std::optional<Size> size_from_start(Fs& fs, const std::string& path) {
  constexpr std::array<std::byte, 2> kJpegStart = {std::byte{0xFF}, std::byte{0xD8}};
  OpenFile file(fs, path, OpenMode::kRead);
  std::vector<std::byte> start(std::min(file.size(), kUsualHeader));
  file.read_exactly(start, 0);
  const bool is_jpeg = start.size() >= 2 && std::equal(kJpegStart.begin(), kJpegStart.end(), start.begin());
  return is_jpeg ? size_of(start) : std::nullopt;
}

std::optional<Size> size_of_file(Fs& fs, const std::string& path) {
  try {
    if (const auto size = size_from_start(fs, path)) return size;
    std::vector<std::byte> bytes;
    read_sample_file(fs, path, bytes);
    return size_of(bytes);
  } catch (const Error&) {
    return std::nullopt;  // reading it as a sample will say what is wrong with it
  }
}

}  // namespace

void fill_sizes(Fs& fs, std::span<CocoImage> images, const std::vector<std::string>& paths) {
  for_each_parallel(static_cast<int64_t>(images.size()), usable_cores(), [&](int64_t i) {
    CocoImage& image = images[static_cast<size_t>(i)];
    const std::string& path = paths.at(static_cast<size_t>(i));
    if (path.empty() || (image.width > 0 && image.height > 0)) return;
    const auto size = size_of_file(fs, path);
    if (size) std::tie(image.width, image.height) = *size;
  });
}

}  // namespace itpn
