#include "itpn/data/render_picture.h"

#include <optional>
#include <utility>

#include "itpn/data/transforms/point_ops.h"
#include "itpn/io/decode_image.h"

namespace itpn {
namespace {

RgbPixels pixels_of(Image& image) { return {image.pixels.data(), image.width, image.height}; }

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

// Draws one picture as `transform` wants it. In grey, all is done in colours that are the same.
class PictureRenderer {
 public:
  PictureRenderer(const PictureTransform& transform, RandomStream& draws, RenderState& state)
      : transform_(transform),
        draws_(draws),
        state_(state),
        source_(open_source(transform, state)),
        is_grey_(transform.channels() == 1) {}

  // Decodes all of the picture and lets the transform change it, where it asks for that. Returns width and height.
  std::pair<int, int> prepare() {
    StoredPicture& picture = state_.picture;
    if (transform_.needs_whole_picture()) {
      if (is_encoded(picture)) picture.image = source_.decode(state_, std::nullopt);
      if (is_grey_) make_grey(pixels_of(picture.image));
      laps_.end(state_.seconds.decode);
      transform_.alter_source(pixels_of(picture.image), draws_, state_.scratch);
      laps_.end(state_.seconds.augment);
    }
    const std::pair<int, int> size = source_.size_of(picture);
    laps_.end(state_.seconds.decode);
    return size;
  }

  PictureView choose(int width, int height) {
    const PictureView view = transform_.choose(width, height, draws_);
    laps_.end(state_.seconds.rest);
    return view;
  }

  void draw(const PictureView& view, uint8_t* into) {
    const RgbPixels drawn = draw_colours(view, into);
    transform_.alter(drawn, draws_, state_.scratch);
    if (is_grey_) keep_one_channel(drawn, into);
    laps_.end(state_.seconds.augment);
  }

  void draw_second(const PictureView& view, uint8_t* into) {
    const RgbPixels drawn = draw_colours(view, into);
    if (is_grey_) keep_one_channel(drawn, into);
  }

 private:
  // At `into`, or beside it where there is room for one channel only.
  RgbPixels draw_colours(const PictureView& view, uint8_t* into) {
    const ResizePlan plan(view.job);
    const Rect region{view.box.left + plan.source().left, view.box.top + plan.source().top, plan.source().width,
                      plan.source().height};
    laps_.end(state_.seconds.rest);
    const StoredPicture& picture = state_.picture;
    Image part = is_encoded(picture) ? source_.decode(state_, region) : crop_image(picture.image, region);
    if (is_grey_) make_grey(pixels_of(part));
    laps_.end(state_.seconds.decode);
    RgbPixels drawn{into, plan.width(), plan.height()};
    if (is_grey_) {
      state_.colours.resize(drawn.bytes());
      drawn.data = state_.colours.data();
    }
    state_.resizer.run(plan, part, drawn.data);
    laps_.end(state_.seconds.resize);
    return drawn;
  }

  static void keep_one_channel(const RgbPixels& drawn, uint8_t* into) {
    for (size_t i = 0; i < drawn.count(); ++i) into[i] = drawn.data[kRgbChannels * i];
  }

  const PictureTransform& transform_;
  RandomStream& draws_;
  RenderState& state_;
  const Source source_;
  const bool is_grey_;
  Laps laps_;
};

}  // namespace

void render_picture(const PictureTransform& transform, RandomStream& draws, RenderState& state, uint8_t* into,
                    uint8_t* second) {
  PictureRenderer renderer(transform, draws, state);
  const auto [width, height] = renderer.prepare();
  const PictureView view = renderer.choose(width, height);
  renderer.draw(view, into);
  if (second == nullptr) return;
  if (const auto other = transform.choose_second(view, width, height)) renderer.draw_second(*other, second);
}

}  // namespace itpn
