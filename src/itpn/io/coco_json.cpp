#include "itpn/io/coco_json.h"

#include <fmt/format.h>

#include <limits>

#include "itpn/core/memory_limits.h"
#include "itpn/io/coco_object.h"
#include "itpn/io/json_reader.h"

namespace itpn {
namespace {

constexpr int64_t kMemoryShare = 3;  // memory that the text and its values take, in sizes of the file

// A member that must be there.
class Required {
 public:
  explicit Required(const char* name) : name_(name) {}
  int64_t take(JsonReader& reader) {
    is_there_ = true;
    return reader.integer();
  }
  void check(JsonReader& reader, size_t place, const char* what) const {
    if (!is_there_) reader.fail_at(place, fmt::format("{} without {}", what, name_));
  }

 private:
  const char* name_;
  bool is_there_ = false;
};

int64_t read_side(JsonReader& reader) {
  const int64_t side = reader.integer();
  if (side < 0 || side > std::numeric_limits<int32_t>::max())
    reader.fail(fmt::format("a picture with a side of {} pixels", side));
  return side;
}

CocoImage read_image(JsonReader& reader) {
  const size_t place = reader.place();
  CocoImage image;
  Required id("id");
  reader.object([&](std::string_view key) {
    if (key == "id") {
      image.id = id.take(reader);
    } else if (key == "width") {
      image.width = read_side(reader);
    } else if (key == "height") {
      image.height = read_side(reader);
    } else if (key == "file_name") {
      image.file_name = reader.string();
    } else {
      reader.skip();
    }
  });
  id.check(reader, place, "a picture");
  return image;
}

CocoCategory read_category(JsonReader& reader) {
  const size_t place = reader.place();
  CocoCategory category;
  Required id("id");
  reader.object([&](std::string_view key) {
    if (key == "id") {
      category.id = id.take(reader);
    } else if (key == "name") {
      category.name = reader.string();
    } else {
      reader.skip();
    }
  });
  id.check(reader, place, "a category");
  return category;
}

std::optional<double> read_area(JsonReader& reader) {
  if (reader.peek() != JsonKind::kNull) return reader.number();
  reader.null();
  return std::nullopt;
}

CocoAnnotation read_annotation(JsonReader& reader) {
  const size_t place = reader.place();
  CocoAnnotation annotation;
  Required id("id"), image_id("image_id"), category_id("category_id");
  reader.object([&](std::string_view key) {
    if (key == "id") {
      annotation.id = id.take(reader);
    } else if (key == "image_id") {
      annotation.image_id = image_id.take(reader);
    } else if (key == "category_id") {
      annotation.category_id = category_id.take(reader);
    } else if (key == "bbox") {
      annotation.box = read_coco_box(reader);
    } else if (key == "area") {
      annotation.area = read_area(reader);
    } else if (key == "iscrowd") {
      annotation.is_crowd = read_flag(reader);
    } else if (key == "ignore") {
      annotation.is_ignored = read_flag(reader);
    } else if (key == "segmentation") {
      annotation.mask = read_segmentation(reader);
    } else {
      reader.skip();
    }
  });
  for (const Required& member : {id, image_id, category_id}) member.check(reader, place, "an annotation");
  return annotation;
}

CocoResult read_result(JsonReader& reader) {
  const size_t place = reader.place();
  CocoResult result;
  Required image_id("image_id"), category_id("category_id");
  bool has_score = false;
  reader.object([&](std::string_view key) {
    if (key == "image_id") {
      result.image_id = image_id.take(reader);
    } else if (key == "category_id") {
      result.category_id = category_id.take(reader);
    } else if (key == "score") {
      result.score = reader.number();
      has_score = true;
    } else if (key == "bbox") {
      result.box = read_coco_box(reader);
    } else if (key == "segmentation") {
      result.mask = read_segmentation(reader);
    } else {
      reader.skip();
    }
  });
  for (const Required& member : {image_id, category_id}) member.check(reader, place, "a result");
  if (!has_score) reader.fail_at(place, "a result without score");
  if (!result.box && !has_mask(result.mask)) reader.fail_at(place, "a result without bbox and segmentation");
  return result;
}

// One of the lists of a set, which comes once.
template <class T>
struct List {
  std::vector<T>& items;
  const char* name;
  bool is_there = false;

  void read(JsonReader& reader, T (*read_item)(JsonReader&)) {
    if (is_there) reader.fail_at(reader.place(), fmt::format("the list {} comes twice", name));
    is_there = true;
    reader.array([&] { items.push_back(read_item(reader)); });
  }
  void check(JsonReader& reader, size_t place) const {
    if (!is_there)
      reader.fail_at(place, fmt::format("no list {}; COCO annotations have images, annotations and categories", name));
  }
};

std::vector<std::byte> read_whole(Fs& fs, const std::string& path) {
  FileStatus status;
  if (const int result = fs.stat(path, &status); result < 0) throw_io_error(path, "look at it", result);
  const int64_t usable = read_memory_limits().usable();
  if (usable > 0 && status.size > static_cast<uint64_t>(usable / kMemoryShare)) {
    throw data_error(fmt::format("{}: {} MB; to read it takes {} times as much memory, of which {} MB are free", path,
                                 status.size >> 20, kMemoryShare, usable >> 20));
  }
  return read_file(fs, path);
}

std::string_view json_text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

CocoSet parse_coco(std::string_view text, const std::string& name) {
  JsonReader reader(text, name);
  const size_t place = reader.place();
  if (reader.peek() == JsonKind::kArray) {
    reader.fail_at(
        place, "a list, such as results are; COCO annotations are an object with images, annotations and categories");
  }
  CocoSet set;
  List<CocoImage> images{set.images, "images"};
  List<CocoAnnotation> annotations{set.annotations, "annotations"};
  List<CocoCategory> categories{set.categories, "categories"};
  reader.object([&](std::string_view key) {
    if (key == images.name) {
      images.read(reader, read_image);
    } else if (key == annotations.name) {
      annotations.read(reader, read_annotation);
    } else if (key == categories.name) {
      categories.read(reader, read_category);
    } else {
      reader.skip();
    }
  });
  reader.end();
  images.check(reader, place);
  annotations.check(reader, place);
  categories.check(reader, place);
  return set;
}

std::vector<CocoResult> parse_coco_results(std::string_view text, const std::string& name) {
  JsonReader reader(text, name);
  std::vector<CocoResult> results;
  reader.array([&] { results.push_back(read_result(reader)); });
  reader.end();
  return results;
}

CocoSet read_coco(Fs& fs, const std::string& path) { return parse_coco(json_text(read_whole(fs, path)), path); }

std::vector<CocoResult> read_coco_results(Fs& fs, const std::string& path) {
  return parse_coco_results(json_text(read_whole(fs, path)), path);
}

}  // namespace itpn
