#include <charconv>
#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "itpn/io/coco_json.h"

namespace itpn {
namespace {

// The shortest text that reads back as the same number.
void append_number(std::string& text, double value) {
  if (!std::isfinite(value)) throw std::invalid_argument("a number that is not finite in COCO annotations");
  char digits[32];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_whole(std::string& text, int64_t value) { text += std::to_string(value); }

void append_text(std::string& text, const std::string& value) {
  text += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <class Numbers>
void append_numbers(std::string& text, const Numbers& numbers) {
  char before = '[';
  for (const double number : numbers) {
    text += before;
    append_number(text, number);
    before = ',';
  }
  text += before == '[' ? "[]" : "]";
}

void append_rle(std::string& text, const Rle& rle) {
  text += "{\"size\":[";
  append_whole(text, rle.height);
  text += ',';
  append_whole(text, rle.width);
  text += "],\"counts\":\"";
  for (const char c : counts_to_text(rle.counts)) {
    if (c == '\\') text += '\\';  // the only one of these characters that JSON escapes
    text += c;
  }
  text += "\"}";
}

// Null where there is no mask.
void append_mask(std::string& text, const Segmentation& mask) {
  if (const auto* outlines = std::get_if<std::vector<Polygon>>(&mask)) {
    text += '[';
    for (size_t i = 0; i < outlines->size(); ++i) {
      if (i > 0) text += ',';
      append_numbers(text, (*outlines)[i]);
    }
    text += ']';
  } else if (const auto* rle = std::get_if<Rle>(&mask)) {
    append_rle(text, *rle);
  } else if (const auto* bitmap = std::get_if<Bitmap>(&mask)) {
    append_rle(text, encode_bitmap(*bitmap));
  } else {
    text += "null";
  }
}

void append_box(std::string& text, const CornerBox& box) {
  append_numbers(text, std::initializer_list<double>{box.x, box.y, box.width, box.height});
}

void append_image(std::string& text, const CocoImage& image) {
  text += "{\"id\":";
  append_whole(text, image.id);
  text += ",\"width\":";
  append_whole(text, image.width);
  text += ",\"height\":";
  append_whole(text, image.height);
  text += ",\"file_name\":";
  append_text(text, image.file_name);
  text += '}';
}

void append_annotation(std::string& text, const CocoAnnotation& annotation) {
  text += "{\"id\":";
  append_whole(text, annotation.id);
  text += ",\"image_id\":";
  append_whole(text, annotation.image_id);
  text += ",\"category_id\":";
  append_whole(text, annotation.category_id);
  text += annotation.is_crowd ? ",\"iscrowd\":1" : ",\"iscrowd\":0";
  if (annotation.is_ignored) text += ",\"ignore\":1";
  if (annotation.area) {
    text += ",\"area\":";
    append_number(text, *annotation.area);
  }
  if (annotation.box) {
    text += ",\"bbox\":";
    append_box(text, *annotation.box);
  }
  if (has_mask(annotation.mask)) {
    text += ",\"segmentation\":";
    append_mask(text, annotation.mask);
  }
  text += '}';
}

void append_category(std::string& text, const CocoCategory& category) {
  text += "{\"id\":";
  append_whole(text, category.id);
  text += ",\"name\":";
  append_text(text, category.name);
  text += '}';
}

void append_result(std::string& text, const CocoResult& result) {
  text += "{\"image_id\":";
  append_whole(text, result.image_id);
  text += ",\"category_id\":";
  append_whole(text, result.category_id);
  text += ",\"score\":";
  append_number(text, result.score);
  if (result.box) {
    text += ",\"bbox\":";
    append_box(text, *result.box);
  }
  if (has_mask(result.mask)) {
    text += ",\"segmentation\":";
    append_mask(text, result.mask);
  }
  text += '}';
}

// One item a line.
template <class Items, class Append>
void append_list(std::string& text, const Items& items, const Append& append) {
  const char* before = "[\n";
  for (const auto& item : items) {
    text += before;
    append(text, item);
    before = ",\n";
  }
  text += items.empty() ? "[]" : "]";
}

}  // namespace

std::string coco_text(const CocoSet& set) {
  std::string text = "{\"images\":";
  append_list(text, set.images, append_image);
  text += ",\n\"annotations\":";
  append_list(text, set.annotations, append_annotation);
  text += ",\n\"categories\":";
  append_list(text, set.categories, append_category);
  return text + "}\n";
}

std::string coco_results_text(std::span<const CocoResult> results) {
  std::string text;
  append_list(text, results, append_result);
  return text + "\n";
}

}  // namespace itpn
