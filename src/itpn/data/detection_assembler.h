// Batches of pictures of different sizes with their objects: resized, cut, mirrored, and padded to one size.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "itpn/data/batch_assembler.h"
#include "itpn/data/datasets/annotated_dataset.h"
#include "itpn/data/transforms/detection_transform.h"
#include "itpn/structures/detection_batch.h"

namespace itpn {

struct DetectionAssemblerConfig {
  DetectionTransformConfig transform;
  bool is_for_training = true;  // false: the test size, nothing drawn
  int test_short_side = 800;
  int divisor = 32;  // each padded side is a multiple of it
};

class DetectionAssembler {
 public:
  using Batch = DetectionBatch;
  struct Worker {
    StoredPicture picture;
    DetectionScratch scratch;
    StageSeconds seconds;
  };
  struct Draft {
    DetectionBatch batch;
    std::vector<Image> pictures;  // by place, until the size of the batch is known
  };

  DetectionAssembler(std::shared_ptr<const AnnotatedDataset> dataset, DetectionAssemblerConfig config)
      : dataset_(std::move(dataset)), config_(std::move(config)) {}
  const AnnotatedDataset& samples() const { return *dataset_; }
  int64_t open_bytes(int64_t) const { return 0; }
  Draft open(const BatchSpan& span, DetectionBatch&& spare) const;
  int64_t make(Draft& draft, SampleRequest& sample, Worker& worker) const;
  DetectionBatch close(Draft&& draft) const;

 private:
  DetectionPlan plan(const Image& picture, SampleRequest& sample) const;

  std::shared_ptr<const AnnotatedDataset> dataset_;
  DetectionAssemblerConfig config_;
};

}  // namespace itpn
