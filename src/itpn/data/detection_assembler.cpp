#include "itpn/data/detection_assembler.h"

#include <algorithm>
#include <cstring>

namespace itpn {
namespace {

// Memory of the objects, most of which are masks.
int64_t bytes_of(const Instances& instances) {
  int64_t bytes = instances.count() * static_cast<int64_t>(sizeof(Box) + sizeof(int64_t) + sizeof(Segmentation));
  for (const Segmentation& mask : instances.masks) {
    if (const auto* bitmap = std::get_if<Bitmap>(&mask)) bytes += static_cast<int64_t>(bitmap->values.size());
  }
  return bytes;
}

void copy_into(const Image& picture, DetectionBatch& batch, size_t place) {
  const auto row_bytes = static_cast<size_t>(batch.width * batch.channels);
  uint8_t* into = batch.pixels.data() + place * static_cast<size_t>(batch.height) * row_bytes;
  const auto used = static_cast<size_t>(picture.width) * static_cast<size_t>(picture.channels);
  for (int y = 0; y < picture.height; ++y, into += row_bytes) {
    std::memcpy(into, picture.row(y), used);
    std::memset(into + used, 0, row_bytes - used);
  }
  std::memset(into, 0, static_cast<size_t>(batch.height - picture.height) * row_bytes);
}

}  // namespace

DetectionAssembler::Draft DetectionAssembler::open(const BatchSpan& span, DetectionBatch&& spare) const {
  Draft draft{std::move(spare), {}};
  draft.batch.pictures.assign(static_cast<size_t>(span.count), {});
  draft.pictures.resize(static_cast<size_t>(span.count));
  return draft;
}

DetectionPlan DetectionAssembler::plan(const Image& picture, SampleRequest& sample) const {
  const PictureSize size{picture.width, picture.height};
  return config_.is_for_training ? choose_training_plan(config_.transform, size, sample.draws)
                                 : test_plan(size, config_.transform.longest_side, config_.test_short_side);
}

int64_t DetectionAssembler::make(Draft& draft, SampleRequest& sample, Worker& worker) const {
  Laps laps;
  worker.picture.image = {};
  worker.picture.bytes.clear();
  dataset_->read(sample.index, worker.picture);
  laps.end(worker.seconds.read);
  Image picture = decode_annotated(worker.picture, dataset_->image(sample.index));
  laps.end(worker.seconds.decode);
  const DetectionPlan plan = this->plan(picture, sample);
  DetectionPicture& about = draft.batch.pictures[static_cast<size_t>(sample.place)];
  about = {};
  about.image_id = dataset_->image(sample.index).id;
  about.original_height = picture.height;
  about.original_width = picture.width;
  DetectionSample made = carry_out(plan, std::move(picture), dataset_->truth(sample.index), worker.scratch);
  laps.end(worker.seconds.resize);
  about.height = plan.size.height;
  about.width = plan.size.width;
  about.padded_height = padded_side(plan.size.height, config_.divisor);
  about.padded_width = padded_side(plan.size.width, config_.divisor);
  about.factor_x = made.factors.x;
  about.factor_y = made.factors.y;
  about.is_mirrored = plan.is_mirrored;
  about.instances = std::move(made.instances);
  Image& kept = draft.pictures[static_cast<size_t>(sample.place)];
  kept = std::move(made.picture);
  // Once as it is, once in the batch.
  return static_cast<int64_t>(kept.pixels.size()) + about.padded_height * about.padded_width * kept.channels +
         bytes_of(about.instances);
}

DetectionBatch DetectionAssembler::close(Draft&& draft) const {
  DetectionBatch& batch = draft.batch;
  batch.height = batch.width = 0;
  for (const DetectionPicture& picture : batch.pictures) {
    batch.height = std::max(batch.height, picture.padded_height);
    batch.width = std::max(batch.width, picture.padded_width);
  }
  batch.channels = 3;
  batch.pixels.resize(batch.pictures.size() * static_cast<size_t>(batch.height * batch.width * batch.channels));
  for (size_t place = 0; place < batch.pictures.size(); ++place) {
    copy_into(draft.pictures[place], batch, place);
    draft.pictures[place] = {};
  }
  return std::move(batch);
}

}  // namespace itpn
