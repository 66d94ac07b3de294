#include "itpn/tasks/inspect/annotation_sheet.h"

#include <fmt/format.h>

#include <stdexcept>

#include "itpn/core/philox.h"
#include "itpn/core/utf8.h"
#include "itpn/core/words.h"
#include "itpn/data/open_annotated.h"
#include "itpn/io/png_writer.h"
#include "itpn/io/text_layout.h"
#include "itpn/tasks/detect/object_cell.h"

namespace itpn {
namespace {

constexpr double kCellWidth = 640, kCellHeight = 480, kGap = 10, kText = 12;

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
    ObjectCell(row.drawing, picture, row.left()).draw(truth, dataset.class_names());
    RandomStream draws(options.seed, Purpose::kAugmentation, 0, static_cast<uint64_t>(index));
    const DetectionPlan plan = choose_training_plan(options.training, {picture.width, picture.height}, draws);
    DetectionScratch scratch;
    const DetectionSample sample = carry_out(plan, std::move(picture), truth, scratch);
    row.caption(row.right(),
                fmt::format("as a detector gets it: {} x {}{}{}", sample.picture.width, sample.picture.height,
                            plan.part ? ", a part" : "", plan.is_mirrored ? ", mirrored" : ""));
    ObjectCell(row.drawing, sample.picture, row.right()).draw(sample.instances, dataset.class_names());
  } catch (const Error& error) {
    row.caption(row.left(), fmt::format("{}: {}", name, error.what()));
  }
}

}  // namespace

Image annotation_sheet(const AnnotatedDataset& dataset, const AnnotationSheetOptions& options) {
  const std::vector<int64_t> samples = sample_places(dataset, options.samples);
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
