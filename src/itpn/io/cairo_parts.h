// What the sources behind Drawing share of Cairo. Nothing else includes it.
#pragma once

#include <cairo.h>

#include <memory>
#include <string>

#include "itpn/io/drawing.h"

namespace itpn::cairo {

struct SurfaceDeleter {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct ContextDeleter {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};
using SurfacePointer = std::unique_ptr<cairo_surface_t, SurfaceDeleter>;
using ContextPointer = std::unique_ptr<cairo_t, ContextDeleter>;

// Throws std::bad_alloc, or std::runtime_error with Cairo's words, for what is no success.
void check(cairo_status_t status);
void set_colour(cairo_t* context, const Colour& colour, double opacity);

// An image as something to paint with. Throws std::invalid_argument for what is no image.
SurfacePointer surface_of(const Image& image);
// The pixels of an image surface, RGB.
Image image_of(cairo_surface_t* surface);

// Selects the typeface of `style`. False where no font is installed; the log says so once.
bool select_font(cairo_t* context, const TextStyle& style);
void show_text(cairo_t* context, const Point& at, const std::string& words, const TextStyle& style);

}  // namespace itpn::cairo
