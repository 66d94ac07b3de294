#include "itpn/data/picture_assembler.h"

#include <utility>

namespace itpn {

PictureAssembler::Draft PictureAssembler::open(const BatchSpan& span, HostBatch&& spare) const {
  Draft draft{std::move(spare), {}};
  HostBatch& batch = draft.batch;
  batch.height = transform_->height();
  batch.width = transform_->width();
  batch.channels = transform_->channels();
  batch.second_height = transform_->second_height();
  batch.second_width = transform_->second_width();
  batch.pixels.resize(static_cast<size_t>(span.count * view_bytes()));
  batch.second_pixels.resize(static_cast<size_t>(span.count * second_bytes()));
  batch.labels.resize(static_cast<size_t>(span.count));
  draft.erased.resize(static_cast<size_t>(span.count));
  return draft;
}

int64_t PictureAssembler::make(Draft& draft, SampleRequest& sample, RenderState& state) const {
  Laps laps;
  state.picture.image = {};
  dataset_->read(sample.index, state.picture);
  laps.end(state.seconds.read);
  HostBatch& batch = draft.batch;
  uint8_t* const second =
      batch.second_pixels.empty() ? nullptr : batch.second_pixels.data() + sample.place * second_bytes();
  render_picture(*transform_, sample.draws, state, batch.pixels.data() + sample.place * view_bytes(), second);
  sample.damage = std::move(state.damage);
  const auto place = static_cast<size_t>(sample.place);
  draft.erased[place] = transform_->choose_erased(sample.draws);
  batch.labels[place] = dataset_->label(sample.index);
  return 0;
}

HostBatch PictureAssembler::close(Draft&& draft) const {
  draft.batch.erased.clear();
  for (size_t place = 0; place < draft.erased.size(); ++place) {
    for (EraseBox& box : draft.erased[place]) {
      box.image = static_cast<int64_t>(place);
      draft.batch.erased.push_back(box);
    }
  }
  return std::move(draft.batch);
}

}  // namespace itpn
