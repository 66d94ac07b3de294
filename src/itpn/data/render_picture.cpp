#include "itpn/data/render_picture.h"

#include <optional>
#include <utility>

#include "itpn/io/decode_image.h"

namespace itpn {
namespace {

bool is_encoded(const StoredPicture& picture) { return picture.image.pixels.empty(); }

// One picture on its way: what its header says, and how it is to be read.
struct Source {
  const DecodeOptions& reading;
  ImageInfo info;  // where the picture is encoded

  std::pair<int, int> size_of(const StoredPicture& picture) const {
    if (!is_encoded(picture)) return {picture.image.width, picture.image.height};
    return shown_size(info, reading);
  }
  // All of the picture, or a part.
  Image decode(RenderState& state, const std::optional<Rect>& region) const {
    DecodedImage decoded = decode_shown(state.picture.bytes, info, reading, region);
    if (state.damage.empty()) state.damage = std::move(decoded.damage);
    return std::move(decoded.image);
  }
};

Source open_source(const PictureTransform& transform, RenderState& state) {
  state.damage.clear();
  Source source{transform.reading(), {}};
  if (is_encoded(state.picture)) source.info = read_image_info(state.picture.bytes, source.reading.limit);
  return source;
}

// Decodes all of the picture and lets the transform change it, where it asks for that.
void prepare_source(const PictureTransform& transform, const Source& source, RandomStream& draws, RenderState& state,
                    Laps& laps) {
  if (!transform.needs_whole_picture()) return;
  if (is_encoded(state.picture)) state.picture.image = source.decode(state, std::nullopt);
  laps.end(state.seconds.decode);
  Image& image = state.picture.image;
  transform.alter_source({image.pixels.data(), image.width, image.height}, draws, state.scratch);
  laps.end(state.seconds.augment);
}

void render_view(const PictureView& view, const Source& source, RenderState& state, Laps& laps, uint8_t* into) {
  const ResizePlan plan(view.job);
  const Rect region{view.box.left + plan.source().left, view.box.top + plan.source().top, plan.source().width,
                    plan.source().height};
  laps.end(state.seconds.rest);
  const StoredPicture& picture = state.picture;
  const Image part = is_encoded(picture) ? source.decode(state, region) : crop_image(picture.image, region);
  laps.end(state.seconds.decode);
  state.resizer.run(plan, part, into);
  laps.end(state.seconds.resize);
}

}  // namespace

void render_picture(const PictureTransform& transform, RandomStream& draws, RenderState& state, uint8_t* into,
                    uint8_t* second) {
  Laps laps;
  const Source source = open_source(transform, state);
  prepare_source(transform, source, draws, state, laps);
  const auto [width, height] = source.size_of(state.picture);
  laps.end(state.seconds.decode);
  const PictureView view = transform.choose(width, height, draws);
  laps.end(state.seconds.rest);
  render_view(view, source, state, laps, into);
  transform.alter({into, transform.width(), transform.height()}, draws, state.scratch);
  laps.end(state.seconds.augment);
  if (second == nullptr) return;
  if (const auto other = transform.choose_second(view, width, height)) render_view(*other, source, state, laps, second);
}

}  // namespace itpn
