// A trained detector, ready to be used on pictures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "itpn/data/detection_packing.h"
#include "itpn/io/decode_options.h"
#include "itpn/tasks/detect/picture_detector.h"
#include "itpn/tasks/weights/ready_model.h"

namespace itpn {

// Which objects of a picture it tells; as the detector was made where absent.
struct FoundLimits {
  std::optional<double> least_score = {};  // an object has a larger one
  std::optional<int64_t> most = {};        // of a picture, those with the largest scores
};

class ReadyDetector : public ReadyModel {
 public:
  // request.image_size is how large pictures are looked at: HEIGHTxWIDTH are limits of the two sides, whichever is
  // longer; a single number is the limit of the shorter side, with the model's own ratio to the longer one. Throws a
  // usage error (exit 2) where the weights are of no detector or of one that does not take colour, a checkpoint error
  // (exit 4) where a part is missing.
  ReadyDetector(ModelSource source, const ModelRequest& request, const FoundLimits& limits = {});

  // Of pictures as make_test_batch and a loader for testing make them, with sides padded to test_size().divisor.
  std::vector<FoundPicture> detect(const DetectionBatch& batch) { return detector_.detect(batch); }
  FoundPicture detect(const Image& picture);
  // The whole picture and overlapping tiles of that side (tiles.h), `batch_size` of them at a time.
  FoundPicture detect_in_tiles(const Image& picture, int side, int64_t batch_size);

  const DetectionTestSize& test_size() const { return test_size_; }
  // How files are decoded, with the limit on their size.
  DecodeOptions reading() const;
  const std::vector<std::string>& class_names() const { return source().card.class_names; }
  bool has_masks() const { return source().card.detector->has_masks; }
  // Moves it to another size.
  void set_test_size(const DetectionTestSize& size) { test_size_ = size; }

 private:
  Detector load() const;

  DetectionTestSize test_size_;
  DetectionConfig selection_;  // of objects, with the limits asked for
  PictureDetector detector_;
};

}  // namespace itpn
