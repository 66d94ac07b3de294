// What a detector could have found.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "itpn/tasks/detect/object_sink.h"

namespace itpn::test {

// A car and a dog in a picture of 40 x 30; the car's mask is the left half of its box, the dog's all of it.
inline FoundPicture car_and_dog(bool has_masks) {
  FoundPicture found;
  found.width = 40;
  found.height = 30;
  found.boxes = {{2, 4, 22, 14}, {30.5F, 10, 40, 30}};
  found.scores = {0.9F, 0.25F};
  found.labels = {1, 0};
  if (has_masks) {
    found.masks = torch::ones({2, 28, 28});
    found.masks[0].slice(1, 14).zero_();
  }
  return found;
}

// Shows one picture to a sink as predict_objects does.
inline void show_to(ObjectSink& sink, const SeenPicture& picture) {
  sink.begin(picture);
  for (size_t i = 0; picture.found->has_masks() && sink.wants_masks() && i < picture.found->count(); ++i) {
    sink.add_mask(i, paste_mask(*picture.found, i));
  }
  sink.end();
}

}  // namespace itpn::test
