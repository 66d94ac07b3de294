#include "itpn/tasks/inspect/annotation_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "itpn/core/philox.h"
#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/data/open_annotated.h"
#include "itpn/io/overlay.h"
#include "itpn/io/palette.h"
#include "itpn/io/png_writer.h"
#include "itpn/io/text_layout.h"

namespace itpn {
namespace {

constexpr double kCellWidth = 640, kCellHeight = 480, kGap = 10, kText = 12;
constexpr size_t kColoursOfObjects = 24;  // of a set of one class: neighbours are told apart

// Evenly spread over those with an object; over all where none has one.
std::vector<int64_t> samples_of(const AnnotatedDataset& dataset, int64_t count) {
  std::vector<int64_t> candidates;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    if (dataset.truth(i).count() > 0) candidates.push_back(i);
  }
  for (int64_t i = 0; candidates.empty() && i < dataset.size(); ++i) candidates.push_back(i);
  const auto all = static_cast<int64_t>(candidates.size());
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < std::min(count, all); ++i)
    chosen.push_back(candidates[static_cast<size_t>(i * all / std::min(count, all))]);
  return chosen;
}

// One picture with its objects in a part of the drawing.
class Cell {
 public:
  Cell(Drawing& drawing, const Image& picture, const Area& room) : drawing_(drawing) {
    scale_ = std::min(room.width / picture.width, room.height / picture.height);
    const double width = picture.width * scale_, height = picture.height * scale_;
    place_ = {room.left + (room.width - width) / 2, room.top + (room.height - height) / 2, width, height};
    style_ = overlay_style(width, height);
    drawing_.picture(picture, place_);
  }
  void draw(const Instances& objects, const std::vector<std::string>& names) {
    const std::vector<Colour> colours = class_colours(names.size() == 1 ? kColoursOfObjects : names.size());
    const auto colour_of = [&](size_t i) {
      return colours[names.size() == 1 ? i % colours.size() : static_cast<size_t>(objects.labels[i])];
    };
    for (size_t i = 0; i < objects.masks.size(); ++i) draw_mask_of(objects.masks[i], colour_of(i));
    for (const Box& box : objects.ignored) draw_box(drawing_, area_of(box), kFaint, style_);
    for (size_t i = 0; i < objects.boxes.size(); ++i)
      draw_box(drawing_, area_of(objects.boxes[i]), colour_of(i), style_);
    if (names.size() == 1) return;  // a name on each object would hide them
    for (size_t i = 0; i < objects.boxes.size(); ++i) {
      draw_label(drawing_, area_of(objects.boxes[i]), names[static_cast<size_t>(objects.labels[i])], colour_of(i),
                 place_, style_);
    }
  }

 private:
  Area area_of(const Box& box) const {
    return {place_.left + box.x1 * scale_, place_.top + box.y1 * scale_, box.width() * scale_, box.height() * scale_};
  }
  void draw_mask_of(const Segmentation& mask, const Colour& colour) {
    const auto* bitmap = std::get_if<Bitmap>(&mask);
    if (bitmap == nullptr) return;
    draw_mask(drawing_, {static_cast<int>(bitmap->width), static_cast<int>(bitmap->height), bitmap->values}, place_,
              colour, style_);
  }

  Drawing& drawing_;
  double scale_ = 1;
  Area place_;
  OverlayStyle style_;
};

Instances with_bitmaps(const Instances& objects, const Image& picture) {
  Instances result = objects;
  for (Segmentation& mask : result.masks) {
    if (has_mask(mask)) mask = to_bitmap(mask, picture.height, picture.width);
  }
  return result;
}

struct SheetRow {
  Drawing& drawing;
  double top = 0;
  Area left() const { return {kGap, top + line_height(kText), kCellWidth, kCellHeight}; }
  Area right() const { return {2 * kGap + kCellWidth, top + line_height(kText), kCellWidth, kCellHeight}; }
  void caption(const Area& cell, const std::string& words) {
    const TextStyle style = {.size = kText};
    drawing.text({cell.left, top + line_height(kText) / 2}, elided_text(words, cell.width, style), style);
  }
};

void draw_sample(const AnnotatedDataset& dataset, int64_t index, const AnnotationSheetOptions& options, SheetRow row) {
  const std::string name = printable_name(dataset.name(index));
  try {
    StoredPicture stored;
    dataset.read(index, stored);
    Image picture = decode_annotated(stored, dataset.image(index));
    const Instances& truth = dataset.truth(index);
    row.caption(row.left(), fmt::format("{} ({} x {}), {}", name, picture.width, picture.height,
                                        count_of(truth.count(), "object")));
    Cell(row.drawing, picture, row.left()).draw(with_bitmaps(truth, picture), dataset.class_names());
    RandomStream draws(options.seed, Purpose::kAugmentation, 0, static_cast<uint64_t>(index));
    const DetectionPlan plan = choose_training_plan(options.training, {picture.width, picture.height}, draws);
    DetectionScratch scratch;
    const DetectionSample sample = carry_out(plan, std::move(picture), truth, scratch);
    row.caption(row.right(),
                fmt::format("as a detector gets it: {} x {}{}{}", sample.picture.width, sample.picture.height,
                            plan.part ? ", a part" : "", plan.is_mirrored ? ", mirrored" : ""));
    Cell(row.drawing, sample.picture, row.right()).draw(sample.instances, dataset.class_names());
  } catch (const Error& error) {
    row.caption(row.left(), fmt::format("{}: {}", name, error.what()));
  }
}

}  // namespace

Image annotation_sheet(const AnnotatedDataset& dataset, const AnnotationSheetOptions& options) {
  const std::vector<int64_t> samples = samples_of(dataset, options.samples);
  if (samples.empty()) throw std::invalid_argument("a sheet of no pictures");
  const double row_height = line_height(kText) + kCellHeight + kGap;
  Drawing drawing(
      {.width = 3 * kGap + 2 * kCellWidth, .height = kGap + row_height * static_cast<double>(samples.size())});
  for (size_t i = 0; i < samples.size(); ++i) {
    draw_sample(dataset, samples[i], options, {drawing, kGap + row_height * static_cast<double>(i)});
  }
  return drawing.image();
}

std::vector<std::string> write_annotation_sheets(const std::string& path, const std::string& folder) {
  const AnnotatedParts parts = need_parts(posix_fs(), path);
  make_directories(posix_fs(), folder);
  std::vector<std::string> written;
  for (const auto* part : {&parts.train, &parts.val, &parts.test, &parts.all}) {
    if (!*part) continue;
    const AnnotatedSet set = open_annotated_part(posix_fs(), **part);
    written.push_back(join_path(folder, std::string(split_name((*part)->split)) + ".png"));
    write_file_atomically(posix_fs(), written.back(), encode_png(annotation_sheet(*set.samples)));
  }
  return written;
}

}  // namespace itpn
