#include "itpn/data/sample_producer.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "itpn/io/decode_image.h"

namespace itpn {
namespace {

// With 1 % bad samples the chance of this many in a row is below any hardware error.
constexpr int kMaxAttempts = 32;

// Adds the time since the last lap to a counter.
class Laps {
 public:
  void end(double& seconds) {
    const auto now = std::chrono::steady_clock::now();
    seconds += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

bool is_encoded(const StoredPicture& picture) { return picture.image.pixels.empty(); }

std::pair<int, int> size_of(const StoredPicture& picture) {
  if (!is_encoded(picture)) return {picture.image.width, picture.image.height};
  const ImageInfo info = read_image_info(picture.bytes);
  return {info.width, info.height};
}

// Decodes all of the picture and lets the transform change it, where it asks for that.
void prepare_source(const PictureTransform& transform, RandomStream& draws, ProducerState& state, Laps& laps) {
  if (!transform.needs_whole_picture()) return;
  if (is_encoded(state.picture)) state.picture.image = decode_rgb(state.picture.bytes);
  laps.end(state.seconds.decode);
  Image& image = state.picture.image;
  transform.alter_source({image.pixels.data(), image.width, image.height}, draws, state.scratch);
  laps.end(state.seconds.augment);
}

void render_view(const PictureView& view, ProducerState& state, Laps& laps, uint8_t* into) {
  const ResizePlan plan(view.job);
  const Rect source{view.box.left + plan.source().left, view.box.top + plan.source().top, plan.source().width,
                    plan.source().height};
  laps.end(state.seconds.rest);
  const StoredPicture& picture = state.picture;
  const Image part = is_encoded(picture) ? decode_rgb_region(picture.bytes, source) : crop_image(picture.image, source);
  laps.end(state.seconds.decode);
  state.resizer.run(plan, part, into);
  laps.end(state.seconds.resize);
}

}  // namespace

void StageSeconds::add(const StageSeconds& other) {
  read += other.read;
  decode += other.decode;
  resize += other.resize;
  augment += other.augment;
  rest += other.rest;
}

void render_picture(const PictureTransform& transform, RandomStream& draws, ProducerState& state, uint8_t* into,
                    uint8_t* second) {
  Laps laps;
  prepare_source(transform, draws, state, laps);
  const auto [width, height] = size_of(state.picture);
  laps.end(state.seconds.decode);
  const PictureView view = transform.choose(width, height, draws);
  laps.end(state.seconds.rest);
  render_view(view, state, laps, into);
  transform.alter({into, transform.width(), transform.height()}, draws, state.scratch);
  laps.end(state.seconds.augment);
  if (second == nullptr) return;
  if (const auto other = transform.choose_second(view, width, height)) render_view(*other, state, laps, second);
}

SampleProducer::SampleProducer(std::shared_ptr<const Dataset> dataset,
                               std::shared_ptr<const PictureTransform> transform, uint64_t seed)
    : dataset_(std::move(dataset)), transform_(std::move(transform)), seed_(seed) {}

void SampleProducer::produce_one(const SampleRequest& request, int64_t index, ProducerState& state) const {
  Laps laps;
  state.picture.image = {};
  dataset_->read(index, state.picture);
  laps.end(state.seconds.read);
  RandomStream draws(seed_, Purpose::kAugmentation, request.epoch, static_cast<uint64_t>(request.position));
  render_picture(*transform_, draws, state, request.pixels, request.second);
  *request.erased = transform_->choose_erased(draws);
  *request.label = dataset_->label(index);
}

std::vector<BadSample> SampleProducer::produce(const SampleRequest& request, ProducerState& state) const {
  std::vector<BadSample> bad;
  RandomStream substitutes(seed_, Purpose::kSubstitute, request.epoch, static_cast<uint64_t>(request.position));
  int64_t index = request.index;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    try {
      produce_one(request, index, state);
      *request.shown = index;
      return bad;
    } catch (const SampleError& error) {
      bad.push_back({index, error.kind, error.what()});
    } catch (const ImageError& error) {
      bad.push_back({index, defect_name(error.kind), error.what()});
    }
    index = substitutes.integer(0, dataset_->size() - 1);
  }
  throw data_error(fmt::format("{} pictures in a row cannot be read, the last one {}: {}", bad.size(),
                               printable_name(dataset_->name(bad.back().index)), bad.back().reason));
}

}  // namespace itpn
