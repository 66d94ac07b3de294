// What a detector finds in a whole set of pictures, in the form in which it is measured and written.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "itpn/data/detection_packing.h"
#include "itpn/data/open_annotated.h"
#include "itpn/structures/coco.h"
#include "itpn/structures/detection_batch.h"
#include "itpn/tasks/detect/found_picture.h"
#include "itpn/tasks/run/loaders.h"

namespace itpn {

class ProcessGroup;

// What is found in each picture of a batch.
using DetectBatch = std::function<std::vector<FoundPicture>(const DetectionBatch&)>;

struct FindObjectsConfig {
  DetectionTestSize size;
  LoaderResources resources;
  int64_t batch_size = 1;
  std::function<void(int64_t pictures)> progress = {};  // is told how many of this process are done
};

struct FoundObjects {
  std::vector<CocoResult>
      results;             // in the order of the pictures, by falling score; boxes, and masks if there are some
  int64_t pictures = 0;    // that were looked at
  int64_t unreadable = 0;  // left out: nothing was found in them
};

// By label, the id that the category of this name has in the annotations; -1 where they do not have it.
std::vector<int64_t> category_ids(const CocoSet& truth, const std::vector<std::string>& class_names);

// The objects of one picture, whose masks are made one at a time. Those of categories -1 are left out.
void add_results(const FoundPicture& found, int64_t image_id, const std::vector<int64_t>& category_ids,
                 std::vector<CocoResult>* results);

// One pass over the pictures, of which each process of `group` takes its share; all get what all have found, in the
// same order however many they are. `class_names` are the detector's.
FoundObjects find_objects(const DetectBatch& detect, const AnnotatedSet& set,
                          const std::vector<std::string>& class_names, const FindObjectsConfig& config,
                          ProcessGroup& group);

}  // namespace itpn
