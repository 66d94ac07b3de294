// COCO's evaluation of boxes or masks, equal to the reference tool in every digit: spec-detection 16.
//
// Pictures are matched as they are added, on as many threads as wanted, and each counts once however often it is added:
// a sampler that repeats pictures to fill a batch, or several processes that see the same one, change nothing. Pictures
// that were never added count as pictures in which nothing was found.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "itpn/eval/coco_measures.h"
#include "itpn/eval/detection_curves.h"
#include "itpn/structures/coco.h"

namespace itpn {

struct CocoEvalConfig {
  IouKind kind = IouKind::kBoxes;
  std::array<int64_t, kCocoLimits> limits = {1, 10, 100};  // most detections of a picture, ascending
};

class CocoEvaluator {
 public:
  // `truth` must outlive the evaluator. Masks are compared as spec 15 has it; an object of which only the box is known
  // is stood in for by its box and, like a crowd, is neither missed nor a false alarm.
  CocoEvaluator(const CocoSet& truth, const CocoEvalConfig& config);

  // All results of one picture. False, and without effect, where that picture was added before. Throws data_error for
  // a picture that the truth does not have, and for a mask that does not fit its picture. Classes that the truth does
  // not have are passed over.
  bool add(int64_t image_id, std::span<const CocoResult> results);
  // Results of any pictures, such as those of a file. The pictures among them count as added.
  void add_all(std::span<const CocoResult> results, int64_t threads = 1);

  CocoMeasures value(int64_t threads = 1) const;
  // What became of the detections of each class at the overlap 0.5, in the order of category_ids().
  std::vector<DetectionOutcomes> outcomes(int64_t threads = 1) const;
  void reset();
  // Adds what another one with the same truth and configuration has seen.
  void merge(const CocoEvaluator& other) { merge(other.pack()); }
  // The same as bytes, to be sent between processes of one machine type. Throws data_error for bytes of another set.
  std::string pack() const;
  void merge(std::string_view packed);

  int64_t pictures() const { return static_cast<int64_t>(pictures_.size()); }
  int64_t added() const;
  // Ids in ascending order, which is that of the classes of CocoMeasures.
  const std::vector<int64_t>& category_ids() const { return category_ids_; }

 private:
  // The matches of one class in one picture.
  struct ClassMatches {
    int64_t index = 0;
    CocoMatches matches;
  };
  struct Picture {
    const CocoImage* image = nullptr;
    std::vector<const CocoAnnotation*> truths;
    bool is_added = false;
    std::vector<ClassMatches> classes;  // once it is added
  };
  using Results = std::vector<const CocoResult*>;

  size_t place_of(int64_t image_id) const;
  // use(index, matches) for each class with those of its pictures by ascending id; pictures that were never added miss
  // all they have. Different classes on different threads.
  template <class Use>
  void for_each_match(int64_t threads, Use&& use) const;
  std::vector<ClassMatches> match_picture(const Picture& picture, const Results& results) const;
  CocoObject truth_object(const CocoAnnotation& truth, const CocoImage& image) const;
  CocoObject found_object(const CocoResult& result, const CocoImage& image) const;
  uint64_t mark() const;

  CocoEvalConfig config_;
  std::vector<int64_t> category_ids_;
  std::map<int64_t, int64_t> class_of_category_;
  std::vector<Picture> pictures_;  // by ascending id
};

}  // namespace itpn
