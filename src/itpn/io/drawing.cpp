#include "itpn/io/drawing.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <new>
#include <numbers>
#include <span>
#include <stdexcept>

#include "itpn/core/errors.h"
#include "itpn/core/words.h"
#include "itpn/io/cairo_parts.h"

namespace itpn {

namespace cairo {

void check(cairo_status_t status) {
  if (status == CAIRO_STATUS_SUCCESS) return;
  if (status == CAIRO_STATUS_NO_MEMORY) throw std::bad_alloc();
  throw std::runtime_error(fmt::format("cannot draw: {}", cairo_status_to_string(status)));
}

void set_colour(cairo_t* context, const Colour& colour, double opacity) {
  cairo_set_source_rgba(context, colour[0] / 255.0, colour[1] / 255.0, colour[2] / 255.0, opacity);
}

}  // namespace cairo

namespace {

cairo_status_t append_bytes(void* into, const unsigned char* data, unsigned int size) {
  auto* bytes = static_cast<std::vector<std::byte>*>(into);
  try {
    const auto piece = std::as_bytes(std::span(data, size));
    bytes->insert(bytes->end(), piece.begin(), piece.end());
  } catch (const std::bad_alloc&) {
    return CAIRO_STATUS_NO_MEMORY;  // an exception must not cross C code
  }
  return CAIRO_STATUS_SUCCESS;
}

cairo_surface_t* create_pixels(double width, double height) {
  if (!(std::max(width, height) <= Drawing::kMaxSide)) {
    throw usage_error(
        fmt::format("a PNG of {:.0f} x {:.0f} pixels cannot be drawn, {} a side are the most; write a PDF "
                    "or an SVG, or draw less",
                    width, height, Drawing::kMaxSide));
  }
  return cairo_image_surface_create(CAIRO_FORMAT_RGB24, std::max(1, static_cast<int>(std::ceil(width))),
                                    std::max(1, static_cast<int>(std::ceil(height))));
}

cairo_surface_t* create_surface(const DrawingOptions& options, std::vector<std::byte>* bytes) {
  switch (options.format) {
    case DrawingFormat::kSvg:
      return cairo_svg_surface_create_for_stream(append_bytes, bytes, options.width, options.height);
    case DrawingFormat::kPdf:
      return cairo_pdf_surface_create_for_stream(append_bytes, bytes, options.width, options.height);
    case DrawingFormat::kPng:
      break;
  }
  return create_pixels(options.width * options.scale, options.height * options.scale);
}

}  // namespace

struct Drawing::Surface {
  explicit Surface(const DrawingOptions& options)
      : format(options.format), surface(create_surface(options, &bytes)), context(cairo_create(surface.get())) {
    cairo::check(cairo_status(context.get()));
    // No time in it: the same drawing is the same file.
    if (format == DrawingFormat::kPdf) {
      cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");
    }
    if (format == DrawingFormat::kPng) cairo_scale(context.get(), options.scale, options.scale);
    cairo_set_line_join(context.get(), CAIRO_LINE_JOIN_ROUND);
    cairo::set_colour(context.get(), kPaper, 1);
    cairo_paint(context.get());
  }

  // What fills or strokes next has this path.
  cairo_t* with_path(const std::vector<Point>& corners) {
    for (const Point& corner : corners) cairo_line_to(context.get(), corner.x, corner.y);
    return context.get();
  }
  cairo_t* with_path(const Area& area) {
    cairo_rectangle(context.get(), area.left, area.top, area.width, area.height);
    return context.get();
  }

  DrawingFormat format;
  std::vector<std::byte> bytes;  // outlives the surface, which writes into it
  cairo::SurfacePointer surface;
  cairo::ContextPointer context;
};

namespace {

void paint(cairo_t* context, const Fill& fill) {
  cairo::set_colour(context, fill.colour, fill.opacity);
  cairo_fill(context);
}

void paint(cairo_t* context, const Line& line) {
  cairo::set_colour(context, line.colour, line.opacity);
  cairo_set_line_width(context, line.width);
  cairo_set_dash(context, line.dashes.data(), static_cast<int>(line.dashes.size()), 0);
  cairo_stroke(context);
}

}  // namespace

DrawingFormat drawing_format(const std::string& path) {
  const size_t dot = path.find_last_of("./");
  const std::string ending = dot != std::string::npos && path[dot] == '.' ? lower_case(path.substr(dot + 1)) : "";
  if (ending == "png") return DrawingFormat::kPng;
  if (ending == "svg") return DrawingFormat::kSvg;
  if (ending == "pdf") return DrawingFormat::kPdf;
  throw usage_error(fmt::format("{}: the ending of the name says what is written; name it .png, .svg or .pdf", path));
}

Drawing::Drawing(const DrawingOptions& options) : surface_(std::make_unique<Surface>(options)) {}
Drawing::~Drawing() = default;
Drawing::Drawing(Drawing&&) noexcept = default;
Drawing& Drawing::operator=(Drawing&&) noexcept = default;

void Drawing::fill(const Area& area, const Fill& fill) { paint(surface_->with_path(area), fill); }

void Drawing::fill_polygon(const std::vector<Point>& corners, const Fill& fill) {
  paint(surface_->with_path(corners), fill);
}

void Drawing::fill_disc(const Point& centre, double radius, const Fill& fill) {
  cairo_arc(surface_->context.get(), centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
  paint(surface_->context.get(), fill);
}

void Drawing::outline(const Area& area, const Line& line) {
  cairo_t* context = surface_->with_path(area);
  cairo_set_line_join(context, CAIRO_LINE_JOIN_MITER);
  paint(context, line);
  cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
}

void Drawing::polyline(const std::vector<Point>& corners, const Line& line) {
  paint(surface_->with_path(corners), line);
}

void Drawing::picture(const Image& image, const Area& area) {
  const cairo::SurfacePointer source = cairo::surface_of(image);
  cairo_t* context = surface_->with_path(area);
  cairo_save(context);
  cairo_translate(context, area.left, area.top);
  cairo_scale(context, area.width / image.width, area.height / image.height);
  cairo_set_source_surface(context, source.get(), 0, 0);
  double pixel_width = 1, pixel_height = 1;
  cairo_user_to_device_distance(context, &pixel_width, &pixel_height);
  const bool is_shrunk = std::min(pixel_width, pixel_height) < 1 - 1e-9;
  cairo_pattern_set_filter(cairo_get_source(context), is_shrunk ? CAIRO_FILTER_GOOD : CAIRO_FILTER_NEAREST);
  cairo_pattern_set_extend(cairo_get_source(context), CAIRO_EXTEND_PAD);
  cairo_fill(context);
  cairo_restore(context);
}

void Drawing::text(const Point& at, const std::string& words, const TextStyle& style) {
  cairo::show_text(surface_->context.get(), at, words, style);
}

Image Drawing::image() {
  cairo::check(cairo_status(surface_->context.get()));
  if (surface_->format != DrawingFormat::kPng) throw std::invalid_argument("only a drawing as PNG has pixels");
  return cairo::image_of(surface_->surface.get());
}

std::vector<std::byte> Drawing::file() {
  cairo::check(cairo_status(surface_->context.get()));
  cairo_surface_t* surface = surface_->surface.get();
  if (surface_->format == DrawingFormat::kPng) {
    cairo::check(cairo_surface_write_to_png_stream(surface, append_bytes, &surface_->bytes));
  } else {
    cairo_surface_finish(surface);
    cairo::check(cairo_surface_status(surface));
  }
  return std::move(surface_->bytes);
}

}  // namespace itpn
