// Batches of pictures of one size, with their classes.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "itpn/data/batch_assembler.h"
#include "itpn/data/render_picture.h"
#include "itpn/structures/host_batch.h"

namespace itpn {

class PictureAssembler {
 public:
  using Batch = HostBatch;
  using Worker = RenderState;
  struct Draft {
    HostBatch batch;
    std::vector<std::vector<EraseBox>> erased;  // by place in the batch
  };

  PictureAssembler(std::shared_ptr<const Dataset> dataset, std::shared_ptr<const PictureTransform> transform)
      : dataset_(std::move(dataset)), transform_(std::move(transform)) {}
  const Dataset& samples() const { return *dataset_; }
  // All of a batch's memory is taken when it is opened.
  int64_t open_bytes(int64_t count) const { return count * (view_bytes() + second_bytes()); }
  Draft open(const BatchSpan& span, HostBatch&& spare) const;
  int64_t make(Draft& draft, SampleRequest& sample, RenderState& state) const;
  HostBatch close(Draft&& draft) const;

 private:
  int64_t view_bytes() const { return int64_t{transform_->channels()} * transform_->height() * transform_->width(); }
  int64_t second_bytes() const {
    return int64_t{transform_->channels()} * transform_->second_height() * transform_->second_width();
  }

  std::shared_ptr<const Dataset> dataset_;
  std::shared_ptr<const PictureTransform> transform_;
};

}  // namespace itpn
