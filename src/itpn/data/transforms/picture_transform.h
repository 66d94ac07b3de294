// What is shown of a picture, in training and in evaluation. A transform chooses; one renderer decodes and resizes.
#pragma once

#include <optional>
#include <vector>

#include "itpn/core/image_size.h"
#include "itpn/core/philox.h"
#include "itpn/data/transforms/crop_box.h"
#include "itpn/data/transforms/resize.h"
#include "itpn/data/transforms/rgb_pixels.h"
#include "itpn/io/decode_options.h"
#include "itpn/structures/host_batch.h"

namespace itpn {

// `box` of the picture is resized as `job` says (job.in_width x job.in_height is the size of the box).
struct PictureView {
  Rect box;
  ResizeJob job;
};

// What a transform makes of a picture: pixels of that size in colour (3 channels), or in grey (1), of a stored picture
// that is read so. By default it is read as Pillow does.
struct PictureFormat {
  ImageSize size = 224;
  int64_t channels = kRgbChannels;
  DecodeOptions reading = {};
};

// Transforms work in colour whatever the format. For grey they see pictures whose three channels are the luma of the
// stored ones, and one of them is kept at the end.
class PictureTransform {
 public:
  explicit PictureTransform(const PictureFormat& format);
  virtual ~PictureTransform() = default;
  // True where alter_source() or a second view want all of the picture in memory.
  virtual bool needs_whole_picture() const { return false; }
  // Changes the decoded picture in place; called before `choose`, with the same draws, where the whole is needed.
  virtual void alter_source(const RgbPixels&, RandomStream&, std::vector<uint8_t>& /*scratch*/) const {}
  // The view of a picture of this size; all randomness comes from `draws`.
  virtual PictureView choose(int picture_width, int picture_height, RandomStream& draws) const = 0;
  // The view of the same picture that goes with `first`, for a second model; nothing where there is none. Its pixels
  // are second_height() x second_width().
  virtual std::optional<PictureView> choose_second(const PictureView& /*first*/, int /*picture_width*/,
                                                   int /*picture_height*/) const {
    return std::nullopt;
  }
  virtual int second_height() const { return 0; }
  virtual int second_width() const { return 0; }
  // Changes the rendered picture in place; called after `choose`, with the same draws. `scratch` is memory to reuse.
  virtual void alter(const RgbPixels&, RandomStream&, std::vector<uint8_t>& /*scratch*/) const {}
  // Parts of the picture to erase once it is normalised; called after `alter`. The image they belong to is not set yet.
  virtual std::vector<EraseBox> choose_erased(RandomStream&) const { return {}; }
  int height() const { return static_cast<int>(format_.size.height); }
  int width() const { return static_cast<int>(format_.size.width); }
  int channels() const { return static_cast<int>(format_.channels); }
  // How the stored picture is read before any of this.
  const DecodeOptions& reading() const { return format_.reading; }

 private:
  PictureFormat format_;
};

// Random resized crop, then a mirror image with probability `flip` (spec of the recipes, 1 and 5.1).
class TrainTransform : public PictureTransform {
 public:
  TrainTransform(const PictureFormat& format, const CropRange& range, double flip)
      : PictureTransform(format), range_(range), flip_(flip) {}
  PictureView choose(int picture_width, int picture_height, RandomStream& draws) const override;

 private:
  CropRange range_;
  double flip_;
};

// Resize, keeping the shape, until the picture just covers height / crop_share x width / crop_share, then the centre
// (spec of the recipes, 5.9). No randomness.
class EvalTransform : public PictureTransform {
 public:
  EvalTransform(const PictureFormat& format, double crop_share, ResizeFilter filter = ResizeFilter::kBicubic)
      : PictureTransform(format), crop_share_(crop_share), filter_(filter) {}
  // The published rule: 0.875 up to 224 pixels, everything above. For other shapes, of the longer side.
  static double default_crop_share(int size) { return size <= 224 ? 0.875 : 1.0; }
  // That of the CLIP models: 0.875 below 384 pixels, everything from there on.
  static double clip_crop_share(int size) { return size < 384 ? 0.875 : 1.0; }
  PictureView choose(int picture_width, int picture_height, RandomStream& draws) const override;
  // The same without a source of randomness.
  PictureView choose(int picture_width, int picture_height) const;

 private:
  double crop_share_;
  ResizeFilter filter_;
};

}  // namespace itpn
