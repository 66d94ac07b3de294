#include "itpn/tasks/detect/find_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "itpn/core/utf8.h"
#include "itpn/data/batch_loader.h"
#include "itpn/data/detection_assembler.h"
#include "itpn/engine/distributed.h"
#include "itpn/io/coco_json.h"

namespace itpn {
namespace {

using DetectionLoader = BatchLoader<DetectionAssembler>;

DetectionLoader loader_of(const AnnotatedSet& set, const FindObjectsConfig& config, const ProcessGroup& group) {
  DetectionAssemblerConfig assembler;
  assembler.is_for_training = false;
  assembler.test_short_side = config.size.short_side;
  assembler.transform.longest_side = config.size.longest_side;
  assembler.divisor = config.size.divisor;
  return {DetectionAssembler(set.samples, assembler),
          evaluation_loader_config(config.resources, set.samples->size(), config.batch_size, group.place())};
}

void add_batch(const DetectionBatch& batch, const std::vector<FoundPicture>& found, const std::vector<int64_t>& ids,
               FoundObjects* objects) {
  for (size_t place = 0; place < found.size(); ++place) {
    if (std::ranges::count(batch.replaced, static_cast<int64_t>(place)) > 0) continue;
    ++objects->pictures;
    add_results(found[place], batch.pictures[place].image_id, ids, &objects->results);
  }
  objects->unreadable += static_cast<int64_t>(batch.replaced.size());
}

// The order of one process that looks at all pictures.
void sort_by_picture(const AnnotatedDataset& samples, std::vector<CocoResult>* results) {
  std::map<int64_t, int64_t> place_of_image;
  for (int64_t i = 0; i < samples.size(); ++i) place_of_image[samples.image(i).id] = i;
  std::ranges::stable_sort(*results, {}, [&](const CocoResult& result) { return place_of_image.at(result.image_id); });
}

void add_up(const AnnotatedDataset& samples, ProcessGroup& group, FoundObjects* objects) {
  if (group.is_alone()) return;
  const std::vector<double> sums =
      group.sum(std::vector<double>{static_cast<double>(objects->pictures), static_cast<double>(objects->unreadable)});
  const std::vector<std::string> texts = group.gather(coco_results_text(objects->results));
  *objects = {{}, static_cast<int64_t>(sums[0]), static_cast<int64_t>(sums[1])};
  for (size_t rank = 0; rank < texts.size(); ++rank) {
    std::vector<CocoResult> results = parse_coco_results(texts[rank], fmt::format("results of process {}", rank));
    std::ranges::move(results, std::back_inserter(objects->results));
  }
  sort_by_picture(samples, &objects->results);
}

}  // namespace

std::vector<int64_t> category_ids(const CocoSet& truth, const std::vector<std::string>& class_names) {
  std::map<std::string, int64_t> ids;
  for (const CocoCategory& category : truth.categories) ids.emplace(printable_name(category.name), category.id);
  std::vector<int64_t> found;
  for (const std::string& name : class_names) found.push_back(ids.contains(name) ? ids[name] : -1);
  return found;
}

void add_results(const FoundPicture& found, int64_t image_id, const std::vector<int64_t>& category_ids,
                 std::vector<CocoResult>* results) {
  for (size_t i = 0; i < found.count(); ++i) {
    const int64_t category = category_ids.at(static_cast<size_t>(found.labels[i]));
    if (category < 0) continue;
    CocoResult result{image_id, category, found.scores[i], corner_box_of(found.boxes[i]), {}};
    if (found.has_masks()) result.mask = mask_of(found, i);
    results->push_back(std::move(result));
  }
}

FoundObjects find_objects(const DetectBatch& detect, const AnnotatedSet& set,
                          const std::vector<std::string>& class_names, const FindObjectsConfig& config,
                          ProcessGroup& group) {
  const std::vector<int64_t> ids = category_ids(*set.truth, class_names);
  DetectionLoader loader = loader_of(set, config, group);
  FoundObjects objects;
  while (std::optional<DetectionBatch> batch = loader.next()) {
    add_batch(*batch, detect(*batch), ids, &objects);
    if (config.progress) config.progress(objects.pictures + objects.unreadable);
    loader.recycle(std::move(*batch));
  }
  add_up(*set.samples, group, &objects);
  return objects;
}

}  // namespace itpn
