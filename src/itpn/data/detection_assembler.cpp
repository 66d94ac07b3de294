#include "itpn/data/detection_assembler.h"

#include "itpn/data/detection_packing.h"

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
  const PictureSize original{picture.width, picture.height};
  DetectionSample made = carry_out(plan, std::move(picture), dataset_->truth(sample.index), worker.scratch);
  laps.end(worker.seconds.resize);
  DetectionPicture& about = draft.batch.pictures[static_cast<size_t>(sample.place)];
  about = describe_picture(original, plan, made, config_.divisor);
  about.image_id = dataset_->image(sample.index).id;
  Image& kept = draft.pictures[static_cast<size_t>(sample.place)];
  kept = std::move(made.picture);
  // Once as it is, once in the batch.
  return static_cast<int64_t>(kept.pixels.size()) + about.padded_height * about.padded_width * kept.channels +
         bytes_of(about.instances);
}

DetectionBatch DetectionAssembler::close(Draft&& draft) const {
  pack_pictures(draft.pictures, draft.batch);
  return std::move(draft.batch);
}

}  // namespace itpn
