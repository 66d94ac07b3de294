#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/core/output_place.h"
#include "itpn/core/utf8.h"
#include "itpn/io/overlay.h"
#include "itpn/io/palette.h"
#include "itpn/tasks/detect/object_files.h"
#include "itpn/tasks/detect/output_names.h"

namespace itpn {
namespace {

constexpr double kSmallestSide = 480.0;   // a picture that is shown smaller has no room for words
constexpr double kMostPixels = 16.0e6;    // of a drawing: larger ones take long to write and to open
constexpr size_t kColoursOfObjects = 24;  // of a detector of one class

// Drawn pixels for one of the picture: a whole number where it is enlarged, so that pixels stay squares.
double drawing_scale(double width, double height) {
  const double side = std::min(width, height);
  const double enlarged = std::max(1.0, std::ceil(kSmallestSide / side));
  const double largest =
      std::min(std::sqrt(kMostPixels / (width * height)), Drawing::kMaxSide / std::max(width, height));
  return enlarged <= largest ? enlarged : std::min(largest, enlarged);
}

// The nearest pixel of `source` for each of width x height; `bytes` of a pixel.
template <class Pixels>
std::vector<uint8_t> resampled(const Pixels& source, int width, int height, int bytes) {
  std::vector<uint8_t> values;
  values.reserve(static_cast<size_t>(width) * static_cast<size_t>(height) * static_cast<size_t>(bytes));
  for (int64_t y = 0; y < height; ++y) {
    const uint8_t* row = source.row(static_cast<int>(y * source.height / height));
    for (int64_t x = 0; x < width; ++x) {
      const uint8_t* pixel = row + x * source.width / width * bytes;
      values.insert(values.end(), pixel, pixel + bytes);
    }
  }
  return values;
}

// A side as it is drawn, at most as long as what can be drawn.
int drawn_side(int64_t side, double scale) {
  return static_cast<int>(std::clamp(std::round(static_cast<double>(side) * scale), 1.0, double{Drawing::kMaxSide}));
}

std::string drawing_path(const std::string& directory, const std::string& stem) {
  return join_path(directory, stem + ".png");
}

// A drawing must not take the place of a picture.
void spare_pictures(const std::vector<std::string>& paths, const std::string& directory,
                    const std::vector<std::string>& stems) {
  std::set<std::filesystem::path> pictures;
  for (const std::string& path : paths) pictures.insert(std::filesystem::weakly_canonical(path));
  for (const std::string& stem : stems) {
    const std::string drawing = drawing_path(directory, stem);
    if (!pictures.contains(std::filesystem::weakly_canonical(drawing))) continue;
    throw usage_error(fmt::format("--draw {}: {} would take the place of a picture; name another folder", directory,
                                  printable_name(drawing)));
  }
}

class Drawings : public ObjectSink {
 public:
  explicit Drawings(const ObjectFilesOptions& options)
      : directory_(options.directory),
        stems_(stems_below_common_folder(options.paths)),
        class_names_(options.class_names),
        colours_(class_colours(class_names_.size() == 1 ? kColoursOfObjects : class_names_.size())) {
    spare_pictures(options.paths, directory_, stems_);
    prepare_output_directory(posix_fs(), directory_);
  }
  bool wants_masks() const override { return true; }

  void begin(const SeenPicture& picture) override {
    picture_ = picture;
    const auto width = static_cast<double>(picture.image->width), height = static_cast<double>(picture.image->height);
    scale_ = drawing_scale(width, height);
    whole_ = {0, 0, std::max(1.0, std::round(width * scale_)), std::max(1.0, std::round(height * scale_))};
    style_ = overlay_style(whole_.width, whole_.height);
    drawing_.emplace(DrawingOptions{.width = whole_.width, .height = whole_.height});
    draw_picture(*picture.image);
  }
  void add_mask(size_t object, const PastedMask& mask) override {
    const Bitmap& part = mask.part;
    if (part.values.empty()) return;
    // In an enlarged picture outlines are finer than its pixels.
    const double scale = std::max(1.0, scale_);
    const int width = drawn_side(part.width, scale), height = drawn_side(part.height, scale);
    const bool is_as_it_is = width == part.width && height == part.height;
    const std::vector<uint8_t> other = is_as_it_is ? std::vector<uint8_t>() : resampled(part, width, height, 1);
    const Mask shown{width, height, is_as_it_is ? part.values : other};
    const Area place = {static_cast<double>(mask.left) * scale_, static_cast<double>(mask.top) * scale_,
                        static_cast<double>(part.width) * scale_, static_cast<double>(part.height) * scale_};
    draw_mask(*drawing_, shown, place, colour_of(object), style_);
  }
  // Boxes over masks, words over boxes, and what is sure over what is not.
  void end() override {
    const FoundPicture& found = *picture_.found;
    for (size_t i = found.count(); i-- > 0;) draw_box(*drawing_, area_of_box(i), colour_of(i), style_);
    for (size_t i = found.count(); i-- > 0;) {
      const std::string& name = class_names_[static_cast<size_t>(found.labels[i])];
      draw_label(*drawing_, area_of_box(i), fmt::format("{} {:.2f}", name, found.scores[i]), colour_of(i), whole_,
                 style_);
    }
    const std::string path = drawing_path(directory_, stems_[picture_.place]);
    make_directories(posix_fs(), parent_path(path));
    write_file_atomically(posix_fs(), path, drawing_->file());
    drawing_.reset();
  }

 private:
  void draw_picture(const Image& image) {
    if (std::max(image.width, image.height) <= Drawing::kMaxSide) return drawing_->picture(image, whole_);
    Image fewer;
    fewer.width = drawn_side(image.width, 1.0);
    fewer.height = drawn_side(image.height, 1.0);
    fewer.channels = image.channels;
    fewer.pixels = resampled(image, fewer.width, fewer.height, image.channels);
    drawing_->picture(fewer, whole_);
  }
  Area area_of_box(size_t object) const {
    const Box& box = picture_.found->boxes[object];
    return {static_cast<double>(box.x1) * scale_, static_cast<double>(box.y1) * scale_,
            static_cast<double>(box.width()) * scale_, static_cast<double>(box.height()) * scale_};
  }
  const Colour& colour_of(size_t object) const {
    const size_t place = class_names_.size() == 1 ? object : static_cast<size_t>(picture_.found->labels[object]);
    return colours_[place % colours_.size()];
  }

  std::string directory_;
  std::vector<std::string> stems_, class_names_;
  std::vector<Colour> colours_;
  SeenPicture picture_;
  double scale_ = 1.0;
  Area whole_;
  OverlayStyle style_;
  std::optional<Drawing> drawing_;
};

}  // namespace

std::unique_ptr<ObjectSink> make_drawings(const ObjectFilesOptions& options) {
  return std::make_unique<Drawings>(options);
}

}  // namespace itpn
