#include "itpn/io/coco_object.h"

#include <fmt/format.h>

#include <array>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

constexpr size_t kUsualNumbers = 64;  // of an outline; more are no fault

bool is_null(JsonReader& reader) {
  if (reader.peek() != JsonKind::kNull) return false;
  reader.null();
  return true;
}

// Runs `work`, whose errors of data get the place at which they are.
template <class Work>
auto with_place(JsonReader& reader, size_t place, const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    reader.fail_at(place, error.what());
  }
}

std::vector<uint32_t> read_counts(JsonReader& reader) {
  const size_t place = reader.place();
  if (reader.peek() == JsonKind::kString) {
    const std::string_view text = reader.string();
    return with_place(reader, place, [&] { return text_to_counts(text); });
  }
  std::vector<uint32_t> counts;
  reader.array([&] {
    const int64_t count = reader.integer();
    if (count < 0 || count > UINT32_MAX) reader.fail(fmt::format("a run of {} pixels", count));
    counts.push_back(static_cast<uint32_t>(count));
  });
  return counts;
}

Rle read_rle(JsonReader& reader) {
  const size_t place = reader.place();
  Rle rle;
  bool has_size = false, has_counts = false;
  reader.object([&](std::string_view key) {
    if (key == "size") {
      std::array<int64_t, 2> size{};
      size_t count = 0;
      reader.array([&] {
        const int64_t side = reader.integer();
        if (count < size.size()) size[count] = side;
        ++count;
      });
      if (count != size.size()) reader.fail(fmt::format("the size of a mask is two numbers, got {}", count));
      rle.height = size[0];
      rle.width = size[1];
      has_size = true;
    } else if (key == "counts") {
      rle.counts = read_counts(reader);
      has_counts = true;
    } else {
      reader.skip();
    }
  });
  if (!has_size || !has_counts) reader.fail_at(place, "a mask of runs has the members size and counts");
  with_place(reader, place, [&] {
    check_rle(rle);
    return true;
  });
  return rle;
}

void check_outline(JsonReader& reader, size_t place, const Polygon& outline) {
  if (outline.size() % 2 == 0) return;
  reader.fail_at(place, fmt::format("an outline of {} numbers; they come in pairs x, y", outline.size()));
}

std::vector<Polygon> read_outlines(JsonReader& reader) {
  std::vector<Polygon> outlines;
  Polygon single;
  const size_t place = reader.place();
  reader.array([&] {
    if (reader.peek() != JsonKind::kArray) {
      single.push_back(reader.number());
      return;
    }
    const size_t start = reader.place();
    Polygon outline;
    outline.reserve(kUsualNumbers);
    reader.array([&] { outline.push_back(reader.number()); });
    check_outline(reader, start, outline);
    outline.shrink_to_fit();
    if (!outline.empty()) outlines.push_back(std::move(outline));
  });
  if (!single.empty() && !outlines.empty()) reader.fail_at(place, "numbers and lists mixed in a list of outlines");
  check_outline(reader, place, single);
  if (!single.empty()) outlines.push_back(std::move(single));
  outlines.shrink_to_fit();
  return outlines;
}

}  // namespace

std::optional<CornerBox> read_coco_box(JsonReader& reader) {
  if (is_null(reader)) return std::nullopt;
  std::array<double, 4> numbers{};
  size_t count = 0;
  const size_t place = reader.place();
  reader.array([&] {
    const double number = reader.number();
    if (count < numbers.size()) numbers[count] = number;
    ++count;
  });
  if (count == 0) return std::nullopt;
  if (count != numbers.size())
    reader.fail_at(place, fmt::format("a box is four numbers x, y, width, height, got {}", count));
  return CornerBox{numbers[0], numbers[1], numbers[2], numbers[3]};
}

Segmentation read_segmentation(JsonReader& reader) {
  if (is_null(reader)) return {};
  if (reader.peek() == JsonKind::kObject) return read_rle(reader);
  std::vector<Polygon> outlines = read_outlines(reader);
  if (outlines.empty()) return {};
  return outlines;
}

bool read_flag(JsonReader& reader) {
  if (reader.peek() == JsonKind::kBoolean) return reader.boolean();
  if (is_null(reader)) return false;
  const int64_t value = reader.integer();
  if (value != 0 && value != 1) reader.fail(fmt::format("wanted 0 or 1, got {}", value));
  return value == 1;
}

}  // namespace itpn
