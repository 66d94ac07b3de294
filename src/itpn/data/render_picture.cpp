#include "itpn/data/render_picture.h"

#include <utility>

#include "itpn/io/decode_image.h"

namespace itpn {
namespace {

bool is_encoded(const StoredPicture& picture) { return picture.image.pixels.empty(); }

std::pair<int, int> size_of(const StoredPicture& picture) {
  if (!is_encoded(picture)) return {picture.image.width, picture.image.height};
  const ImageInfo info = read_image_info(picture.bytes);
  return {info.width, info.height};
}

// Decodes all of the picture and lets the transform change it, where it asks for that.
void prepare_source(const PictureTransform& transform, RandomStream& draws, RenderState& state, Laps& laps) {
  if (!transform.needs_whole_picture()) return;
  if (is_encoded(state.picture)) state.picture.image = decode_rgb(state.picture.bytes);
  laps.end(state.seconds.decode);
  Image& image = state.picture.image;
  transform.alter_source({image.pixels.data(), image.width, image.height}, draws, state.scratch);
  laps.end(state.seconds.augment);
}

void render_view(const PictureView& view, RenderState& state, Laps& laps, uint8_t* into) {
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

void render_picture(const PictureTransform& transform, RandomStream& draws, RenderState& state, uint8_t* into,
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

}  // namespace itpn
