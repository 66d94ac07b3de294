// One training sample from its position alone: which picture, which substitute if that one is bad, which part of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "itpn/data/datasets/dataset.h"
#include "itpn/data/transforms/picture_transform.h"

namespace itpn {

// Where the time of the loader's threads goes, in seconds.
struct StageSeconds {
  double read = 0.0;
  double decode = 0.0;
  double resize = 0.0;
  double augment = 0.0;
  double rest = 0.0;
  void add(const StageSeconds& other);
  double total() const { return read + decode + resize + augment + rest; }
};

// A sample that could not be used.
struct BadSample {
  int64_t index = 0;
  std::string kind;
  std::string reason;
};

// Memory and measurements of one thread.
struct ProducerState {
  StoredPicture picture;
  Resizer resizer;
  std::vector<uint8_t> scratch;  // of alterations
  StageSeconds seconds;
};

struct SampleRequest {
  uint64_t epoch = 0;
  int64_t position = 0;       // global, within the epoch
  int64_t index = 0;          // of the dataset
  uint8_t* pixels = nullptr;  // height x width x 3 bytes to fill
  uint8_t* second = nullptr;  // the same of the transform's second view, if it has one
  int64_t* label = nullptr;
  int64_t* shown = nullptr;                 // the index of the picture that came in the end, a substitute perhaps
  std::vector<EraseBox>* erased = nullptr;  // replaced by the parts to erase
};

// Decodes, resizes and alters one picture into height x width x 3 bytes, and its second view (if the transform has one)
// into `second`; throws SampleError or ImageError.
void render_picture(const PictureTransform& transform, RandomStream& draws, ProducerState& state, uint8_t* into,
                    uint8_t* second = nullptr);

// Shared by all threads; holds no state of its own.
class SampleProducer {
 public:
  SampleProducer(std::shared_ptr<const Dataset> dataset, std::shared_ptr<const PictureTransform> transform,
                 uint64_t seed);
  // Fills the request and returns the bad samples that it met on the way. A bad sample is replaced by another one that
  // depends only on (seed, epoch, position, attempt). Throws data_error when all substitutes are bad too.
  std::vector<BadSample> produce(const SampleRequest& request, ProducerState& state) const;
  const Dataset& dataset() const { return *dataset_; }
  const PictureTransform& transform() const { return *transform_; }

 private:
  void produce_one(const SampleRequest& request, int64_t index, ProducerState& state) const;

  std::shared_ptr<const Dataset> dataset_;
  std::shared_ptr<const PictureTransform> transform_;
  uint64_t seed_;
};

}  // namespace itpn
