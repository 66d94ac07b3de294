// Batches of training or evaluation pictures of one size, made ahead by threads. How: sample_scheduler.h.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "itpn/data/batch_loader.h"
#include "itpn/data/picture_assembler.h"

namespace itpn {

// data.workers as a number of threads: 0 means one fewer than the usable cores, at least 1.
int64_t loader_threads(int64_t workers);

extern template class BatchLoader<PictureAssembler>;

class Loader : public BatchLoader<PictureAssembler> {
 public:
  Loader(std::shared_ptr<const Dataset> dataset, std::shared_ptr<const PictureTransform> transform, LoaderConfig config,
         LoaderPosition start = {})
      : BatchLoader(PictureAssembler(std::move(dataset), std::move(transform)), std::move(config), start) {}
};

}  // namespace itpn
