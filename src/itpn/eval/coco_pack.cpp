// What a CocoEvaluator has seen, as bytes: a mark of the set, then the pictures that were added. Numbers as they lie in
// memory.
#include <cstring>

#include "itpn/core/errors.h"
#include "itpn/eval/coco_evaluator.h"

namespace itpn {
namespace {

template <class T>
void append_values(std::string& bytes, const T* values, size_t count) {
  bytes.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

void append_whole(std::string& bytes, size_t value) {
  const uint64_t whole = value;
  append_values(bytes, &whole, 1);
}

// Takes values from the front of the bytes.
class PackReader {
 public:
  explicit PackReader(std::string_view bytes) : bytes_(bytes) {}

  bool is_at_end() const { return bytes_.empty(); }
  template <class T>
  void take(T* values, size_t count) {
    if (count > bytes_.size() / sizeof(T)) throw data_error("the results of another process are cut off");
    if (count > 0) std::memcpy(values, bytes_.data(), count * sizeof(T));
    bytes_.remove_prefix(count * sizeof(T));
  }
  // A whole number that is at most `most`.
  size_t whole(size_t most) {
    uint64_t value = 0;
    take(&value, 1);
    if (value > most) throw data_error("the results of another process are damaged");
    return value;
  }
  template <class T>
  std::vector<T> list(size_t count) {
    if (count > bytes_.size() / sizeof(T)) throw data_error("the results of another process are cut off");
    std::vector<T> values(count);
    take(values.data(), count);
    return values;
  }

 private:
  std::string_view bytes_;
};

void append_matches(std::string& bytes, const CocoMatches& matches) {
  append_values(bytes, matches.truths.data(), matches.truths.size());
  append_whole(bytes, matches.scores.size());
  append_values(bytes, matches.scores.data(), matches.scores.size());
  append_values(bytes, matches.flags.data(), matches.flags.size());
}

CocoMatches take_matches(PackReader& reader) {
  CocoMatches matches;
  reader.take(matches.truths.data(), matches.truths.size());
  const size_t count = reader.whole(SIZE_MAX);
  matches.scores = reader.list<double>(count);
  matches.flags = reader.list<DetectionFlags>(count);
  return matches;
}

}  // namespace

// Differs for other pictures, classes, limits or kinds (FNV-1a).
uint64_t CocoEvaluator::mark() const {
  uint64_t hash = 0xCBF29CE484222325;
  const auto add = [&](int64_t value) {
    for (int shift = 0; shift < 64; shift += 8)
      hash = (hash ^ (static_cast<uint64_t>(value) >> shift & 0xFF)) * 0x100000001B3;
  };
  add(static_cast<int64_t>(config_.kind));
  for (const int64_t limit : config_.limits) add(limit);
  for (const int64_t id : category_ids_) add(id);
  add(pictures());
  for (const Picture& picture : pictures_) add(picture.image->id);
  return hash;
}

std::string CocoEvaluator::pack() const {
  std::string bytes;
  append_whole(bytes, mark());
  for (size_t place = 0; place < pictures_.size(); ++place) {
    if (!pictures_[place].is_added) continue;
    append_whole(bytes, place);
    append_whole(bytes, pictures_[place].classes.size());
    for (const ClassMatches& one : pictures_[place].classes) {
      append_whole(bytes, static_cast<size_t>(one.index));
      append_matches(bytes, one.matches);
    }
  }
  return bytes;
}

void CocoEvaluator::merge(std::string_view packed) {
  PackReader reader(packed);
  if (reader.whole(SIZE_MAX) != mark()) {
    throw data_error("results of an evaluation with other pictures, classes or limits cannot be merged");
  }
  while (!reader.is_at_end()) {
    Picture& picture = pictures_[reader.whole(pictures_.empty() ? 0 : pictures_.size() - 1)];
    std::vector<ClassMatches> classes(reader.whole(category_ids_.size()));
    for (ClassMatches& one : classes) {
      one.index = static_cast<int64_t>(reader.whole(category_ids_.size() - 1));
      one.matches = take_matches(reader);
    }
    if (picture.is_added) continue;
    picture.classes = std::move(classes);
    picture.is_added = true;
  }
}

}  // namespace itpn
