#include <algorithm>
#include <atomic>
#include <numbers>
#include <string_view>

#include "itpn/core/log.h"
#include "itpn/core/utf8.h"
#include "itpn/io/cairo_parts.h"

namespace itpn {
namespace cairo {
namespace {

// Metrics are not rounded to pixels: a layout is the same in pixels and in points.
void set_options(cairo_t* context) {
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_set_font_options(context, options);
  cairo_font_options_destroy(options);
}

// U+FDD0 to U+FDEF and the last two of each plane: well-formed, but set aside for programs' own use.
bool is_noncharacter(std::string_view character) {
  if (character.size() < 3) return false;
  uint32_t code = 0;
  for (const char c : character) code = code << 6 | (static_cast<uint8_t>(c) & 0x3FU);
  return (code & 0xFFFEU) == 0xFFFEU || ((code & 0xFFFFU) >= 0xFDD0U && (code & 0xFFFFU) <= 0xFDEFU);
}

// Cairo refuses malformed UTF-8 and noncharacters, and control characters have no picture.
std::string shown_text(std::string_view words) {
  std::string shown;
  while (!words.empty()) {
    const size_t length = utf8_length(words);
    const std::string_view character = words.substr(0, length);
    const bool is_control = length == 1 && (words[0] < ' ' || words[0] == '\x7f');
    shown += length == 0 || is_control || is_noncharacter(character) ? "?" : character;
    words.remove_prefix(std::max<size_t>(length, 1));
  }
  return shown;
}

// Text is measured before there is a drawing. Null where no font is installed.
ContextPointer measuring_context(const TextStyle& style) {
  const SurfacePointer surface(cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1));
  ContextPointer context(cairo_create(surface.get()));
  if (!select_font(context.get(), style)) context.reset();
  return context;
}

double advance(cairo_t* context, const std::string& shown) {
  cairo_text_extents_t extents;
  cairo_text_extents(context, shown.c_str(), &extents);
  return extents.x_advance;
}

double share_before(TextAnchor anchor) {
  return anchor == TextAnchor::kStart ? 0.0 : anchor == TextAnchor::kMiddle ? 0.5 : 1.0;
}

}  // namespace

bool select_font(cairo_t* context, const TextStyle& style) {
  const auto weight = style.is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL;
  cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, weight);
  cairo_set_font_size(context, style.size);
  set_options(context);
  const auto kind = cairo_scaled_font_get_type(cairo_get_scaled_font(context));
  check(cairo_status(context));
  // Where fontconfig finds no font, Cairo puts in strokes of its own, which know ASCII alone.
  if (kind != CAIRO_FONT_TYPE_USER) return true;
  static std::atomic_flag is_told;
  if (!is_told.test_and_set()) {
    log::warning(
        "no font is installed: pictures are drawn without text. Install one, for example the package "
        "fonts-dejavu-core");
  }
  return false;
}

void show_text(cairo_t* context, const Point& at, const std::string& words, const TextStyle& style) {
  if (!select_font(context, style)) return;
  const std::string shown = shown_text(words);
  cairo_text_extents_t capital;
  cairo_text_extents(context, "H", &capital);
  cairo_save(context);
  cairo_translate(context, at.x, at.y);
  if (style.is_upwards) cairo_rotate(context, -std::numbers::pi / 2);
  cairo_move_to(context, -share_before(style.anchor) * advance(context, shown), capital.height / 2);
  set_colour(context, style.colour, 1);
  cairo_show_text(context, shown.c_str());
  cairo_new_path(context);
  cairo_restore(context);
}

}  // namespace cairo

double text_width(const std::string& words, const TextStyle& style) {
  const cairo::ContextPointer context = cairo::measuring_context(style);
  return context ? cairo::advance(context.get(), cairo::shown_text(words)) : 0.0;
}

bool has_glyphs(const std::string& words) {
  const cairo::ContextPointer context = cairo::measuring_context({});
  if (!context) return false;
  cairo_glyph_t* glyphs = nullptr;
  int count = 0;
  cairo::check(cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(context.get()), 0, 0,
                                                cairo::shown_text(words).c_str(), -1, &glyphs, &count, nullptr, nullptr,
                                                nullptr));
  const bool has_all = std::all_of(glyphs, glyphs + count, [](const cairo_glyph_t& glyph) { return glyph.index != 0; });
  cairo_glyph_free(glyphs);
  return has_all;
}

}  // namespace itpn
