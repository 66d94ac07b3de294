#include "itpn/data/transforms/point_ops.h"

#include <algorithm>
#include <numeric>

namespace itpn {
namespace {

constexpr int kValues = 256;

using Histogram = std::array<int64_t, kValues>;

std::array<Histogram, kRgbChannels> histograms(const RgbPixels& picture) {
  std::array<Histogram, kRgbChannels> result{};
  const uint8_t* const end = picture.data + picture.bytes();
  for (const uint8_t* at = picture.data; at != end; at += kRgbChannels) {
    for (int c = 0; c < kRgbChannels; ++c) ++result[c][at[c]];
  }
  return result;
}

template <class Change>
ByteTable table_of(const Change& change) {
  ByteTable table{};
  for (int i = 0; i < kValues; ++i) table[i] = static_cast<uint8_t>(change(i));
  return table;
}

ByteTable unchanged() {
  return table_of([](int i) { return i; });
}

ByteTable stretching(const Histogram& counts) {
  int low = 0, high = kValues - 1;
  while (low < kValues && counts[low] == 0) ++low;
  while (high >= 0 && counts[high] == 0) --high;
  if (high <= low) return unchanged();
  const double scale = 255.0 / (high - low);
  const double offset = -low * scale;
  return table_of([&](int i) { return std::clamp(static_cast<int>(i * scale + offset), 0, kValues - 1); });
}

ByteTable equalizing(const Histogram& counts) {
  const int64_t total = std::accumulate(counts.begin(), counts.end(), int64_t{0});
  const int64_t last = *std::find_if(counts.rbegin(), counts.rend(), [](int64_t count) { return count != 0; });
  // With a single value there is nothing before the last one, and the step is 0 too.
  const int64_t step = (total - last) / 255;
  if (step == 0) return unchanged();
  int64_t sum = step / 2;
  return table_of([&](int i) {
    const int64_t value = std::min<int64_t>(kValues - 1, sum / step);
    sum += counts[i];
    return value;
  });
}

template <class Table>
void look_up_by_histogram(const RgbPixels& picture, const Table& table) {
  const auto counts = histograms(picture);
  look_up(picture, std::array<ByteTable, kRgbChannels>{table(counts[0]), table(counts[1]), table(counts[2])});
}

}  // namespace

void look_up(const RgbPixels& picture, const ByteTable& table) {
  uint8_t* const end = picture.data + picture.bytes();
  for (uint8_t* at = picture.data; at != end; ++at) *at = table[*at];
}

void look_up(const RgbPixels& picture, const std::array<ByteTable, 3>& tables) {
  uint8_t* const end = picture.data + picture.bytes();
  for (uint8_t* at = picture.data; at != end; at += kRgbChannels) {
    for (int c = 0; c < kRgbChannels; ++c) at[c] = tables[c][at[c]];
  }
}

void auto_contrast(const RgbPixels& picture) { look_up_by_histogram(picture, stretching); }

void equalize(const RgbPixels& picture) { look_up_by_histogram(picture, equalizing); }

void make_grey(const RgbPixels& picture) {
  for (uint8_t* pixel = picture.data; pixel < picture.data + picture.bytes(); pixel += kRgbChannels) {
    std::fill_n(pixel, kRgbChannels, static_cast<uint8_t>(luma(pixel)));
  }
}

void invert(const RgbPixels& picture) {
  look_up(picture, table_of([](int i) { return 255 - i; }));
}

void posterize(const RgbPixels& picture, int bits) {
  if (bits >= 8) return;
  const int kept = 0xFF & ~((1 << (8 - bits)) - 1);
  look_up(picture, table_of([&](int i) { return i & kept; }));
}

void solarize(const RgbPixels& picture, int threshold) {
  look_up(picture, table_of([&](int i) { return i < threshold ? i : 255 - i; }));
}

void solarize_add(const RgbPixels& picture, int addend) {
  look_up(picture, table_of([&](int i) { return i < 128 ? std::min(255, i + addend) : i; }));
}

void adjust_saturation(const RgbPixels& picture, double factor) {
  const auto f = static_cast<float>(factor);
  uint8_t* const end = picture.data + picture.bytes();
  for (uint8_t* at = picture.data; at != end; at += kRgbChannels) {
    const int grey = luma(at);
    for (int c = 0; c < kRgbChannels; ++c) at[c] = blend(grey, at[c], f);
  }
}

void adjust_contrast(const RgbPixels& picture, double factor) {
  const auto f = static_cast<float>(factor);
  int64_t sum = 0;
  const uint8_t* const end = picture.data + picture.bytes();
  for (const uint8_t* at = picture.data; at != end; at += kRgbChannels) sum += luma(at);
  const int mean = static_cast<int>(static_cast<double>(sum) / static_cast<double>(picture.count()) + 0.5);
  look_up(picture, table_of([&](int i) { return blend(mean, i, f); }));
}

void adjust_brightness(const RgbPixels& picture, double factor) {
  const auto f = static_cast<float>(factor);
  look_up(picture, table_of([&](int i) { return blend(0, i, f); }));
}

}  // namespace itpn
