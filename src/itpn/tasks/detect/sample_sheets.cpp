#include "itpn/tasks/detect/sample_sheets.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/io/drawing.h"
#include "itpn/tasks/detect/object_cell.h"

namespace itpn {
namespace {

constexpr double kWidth = 480, kHeight = 360, kGap = 8;

Drawing sheet_of(int64_t rows, int64_t columns) {
  return Drawing({.width = kGap + (kWidth + kGap) * static_cast<double>(columns),
                  .height = kGap + (kHeight + kGap) * static_cast<double>(rows)});
}

Instances as_instances(const FoundPicture& found) {
  Instances objects;
  objects.boxes = found.boxes;
  objects.labels = found.labels;
  objects.scores = found.scores;
  for (size_t i = 0; found.has_masks() && i < found.count(); ++i) objects.masks.emplace_back(mask_of(found, i));
  return objects;
}

std::optional<Image> picture_of(const AnnotatedDataset& samples, int64_t index) {
  try {
    StoredPicture stored;
    samples.read(index, stored);
    return decode_annotated(stored, samples.image(index));
  } catch (const Error& error) {
    log::debug(error.what());
    return std::nullopt;
  }
}

}  // namespace

SampleSheets draw_samples(const DetectBatch& detect, const AnnotatedSet& set,
                          const std::vector<std::string>& class_names, const DetectionTestSize& size, int64_t count) {
  const std::vector<int64_t> places = sample_places(*set.samples, count);
  const auto shown = static_cast<int64_t>(places.size());
  const auto columns = static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(shown))));
  const int64_t rows = (shown + columns - 1) / std::max<int64_t>(columns, 1);
  Drawing labels = sheet_of(rows, columns), predictions = sheet_of(rows, columns);
  for (int64_t i = 0; i < shown; ++i) {
    const Area room = {kGap + (kWidth + kGap) * static_cast<double>(i % columns),
                       kGap + (kHeight + kGap) * static_cast<double>(i / columns), kWidth, kHeight};
    const int64_t index = places[static_cast<size_t>(i)];
    const std::optional<Image> picture = picture_of(*set.samples, index);
    if (!picture) continue;
    ObjectCell(labels, *picture, room).draw(set.samples->truth(index), class_names);
    const FoundPicture found = detect(make_test_batch({*picture}, size)).front();
    ObjectCell(predictions, *picture, room).draw(as_instances(above(found, kSampleScore)), class_names);
  }
  return {labels.image(), predictions.image()};
}

}  // namespace itpn
