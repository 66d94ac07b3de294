// Pictures of a folder with COCO annotations: spec-detection 2.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/data/datasets/annotated_dataset.h"
#include "itpn/data/datasets/training_objects.h"

namespace itpn {

// What becomes of pictures without any annotation in training.
enum class EmptyPictures { kDrop, kNegative };

struct CocoDatasetConfig {
  std::string name;                           // of the annotations, for messages
  std::string pictures;                       // the folder that they lie in, or below, for messages
  std::vector<std::string> paths = {};        // by image of the set: its file; "": there is none
  std::vector<std::string> class_names = {};  // empty: all categories in the order of the file
  // Training leaves out pictures with a side of less than 32 pixels, and those of which no annotation has a known class
  // unless they are kept as negatives. A test uses all.
  bool is_for_training = true;
  EmptyPictures empty = EmptyPictures::kDrop;
};

class CocoDataset : public AnnotatedDataset {
 public:
  // Throws data_error, which names the cause, for ids that occur twice, a picture named twice, no picture at all, and
  // no usable box. A picture whose file is missing is a bad sample. Names of classes are made printable.
  CocoDataset(Fs& fs, const CocoSet& set, CocoDatasetConfig config);

  int64_t size() const override { return static_cast<int64_t>(samples_.size()); }
  std::string name(int64_t index) const override { return sample(index).path; }
  void read(int64_t index, StoredPicture& into) const override { read_sample_file(fs_, name(index), into.bytes); }
  const CocoImage& image(int64_t index) const override { return sample(index).image; }
  const Instances& truth(int64_t index) const override { return sample(index).truth; }

  // Over all pictures of the file that are used.
  struct Counts {
    int64_t objects = 0;
    int64_t crowds = 0;
    int64_t without_mask = 0;  // of the objects
    std::array<int64_t, kLeftOutReasons> left_out{};
    int64_t orphans = 0;        // annotations of pictures that the file does not have
    int64_t dropped_small = 0;  // pictures
    int64_t dropped_empty = 0;  // pictures
    int64_t missing = 0;        // pictures whose file was not found
    int64_t empty = 0;          // pictures without an object, of those that are used
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Sample {
    CocoImage image;
    std::string path;
    Instances truth;
  };
  const Sample& sample(int64_t index) const { return samples_.at(static_cast<size_t>(index)); }
  bool is_dropped(const CocoImage& image, std::span<const CocoAnnotation* const> annotations,
                  const CategoryLabels& labels);
  void add_sample(const CocoImage& image, const std::string& path, std::span<const CocoAnnotation* const> annotations,
                  const CategoryLabels& labels);
  void check_files() const;
  void check_usable(const CocoSet& set) const;

  Fs& fs_;
  CocoDatasetConfig config_;
  std::vector<Sample> samples_;
  Counts counts_;
};

}  // namespace itpn
