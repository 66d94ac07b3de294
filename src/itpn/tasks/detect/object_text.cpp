#include "itpn/tasks/detect/object_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "itpn/core/csv.h"
#include "itpn/core/utf8.h"
#include "itpn/tasks/detect/coco_text.h"

namespace itpn {
namespace {

using Print = std::function<void(const std::string&)>;

std::string name_of(const ObjectTextOptions& options, int64_t label) {
  return options.class_names[static_cast<size_t>(label)];
}

class ObjectTable : public ObjectSink {
 public:
  ObjectTable(ObjectTextOptions options, Print print) : options_(std::move(options)), print_(std::move(print)) {}

  void begin(const SeenPicture& picture) override {
    const FoundPicture& found = *picture.found;
    std::string text = fmt::format("{} ({} x {})\n", printable_name(picture.path), found.width, found.height);
    if (found.count() == 0) text += "  nothing found\n";
    for (size_t i = 0; i < found.count(); ++i) {
      const Box& box = found.boxes[i];
      text += fmt::format("  {:6.2f} %  {:<16}  ({:.0f}, {:.0f}) to ({:.0f}, {:.0f})\n",
                          100.0 * static_cast<double>(found.scores[i]), name_of(options_, found.labels[i]), box.x1,
                          box.y1, box.x2, box.y2);
    }
    print_(text);
  }
  void fail(const std::string& path, const std::string& why) override {
    print_(fmt::format("{}\n  not a picture: {}\n", printable_name(path), why));
  }

 private:
  ObjectTextOptions options_;
  Print print_;
};

class ObjectLines : public ObjectSink {
 public:
  ObjectLines(ObjectTextOptions options, Print print) : options_(std::move(options)), print_(std::move(print)) {}
  bool wants_masks() const override { return true; }

  void begin(const SeenPicture& picture) override {
    found_ = picture.found;
    std::vector<std::string> boxes, names;
    for (size_t i = 0; i < found_->count(); ++i) {
      const Box& box = found_->boxes[i];
      boxes.push_back(fmt::format("[{},{},{},{}]", box.x1, box.y1, box.x2, box.y2));
      names.push_back(json_text(name_of(options_, found_->labels[i])));
    }
    line_ = fmt::format(R"({{"file":{},"width":{},"height":{},"boxes":[{}],"scores":[{}],"labels":[{}],"names":[{}])",
                        json_text(printable_name(picture.path)), found_->width, found_->height, fmt::join(boxes, ","),
                        fmt::join(found_->scores, ","), fmt::join(found_->labels, ","), fmt::join(names, ","));
    if (found_->has_masks()) line_ += R"(,"masks":[)";
  }
  void add_mask(size_t object, const PastedMask& mask) override {
    if (object > 0) line_ += ',';
    line_ += json_text(rle_of(mask, *found_));
  }
  void end() override {
    print_(line_ + (found_->has_masks() ? "]}\n" : "}\n"));
    line_ = {};
  }
  void fail(const std::string& path, const std::string& why) override {
    print_(fmt::format("{{\"file\":{},\"error\":{}}}\n", json_text(printable_name(path)), json_text(why)));
  }

 private:
  ObjectTextOptions options_;
  Print print_;
  const FoundPicture* found_ = nullptr;
  std::string line_;
};

class ObjectCsv : public ObjectSink {
 public:
  ObjectCsv(ObjectTextOptions options, Print print) : options_(std::move(options)), print_(std::move(print)) {}

  void begin(const SeenPicture& picture) override {
    const FoundPicture& found = *picture.found;
    const std::string start =
        fmt::format("{},{},{}", csv_field(printable_name(picture.path)), found.width, found.height);
    std::string text = found.count() == 0 ? start + ",,,,,,,,,\n" : "";
    for (size_t i = 0; i < found.count(); ++i) {
      const Box& box = found.boxes[i];
      text +=
          fmt::format("{},{},{},{},{},{},{},{},{},\n", start, i + 1, found.labels[i],
                      csv_field(name_of(options_, found.labels[i])), found.scores[i], box.x1, box.y1, box.x2, box.y2);
    }
    write(text);
  }
  void fail(const std::string& path, const std::string& why) override {
    write(fmt::format("{},,,,,,,,,,,{}\n", csv_field(printable_name(path)), csv_field(why)));
  }
  void finish() override { write(""); }

 private:
  void write(const std::string& text) {
    print_((has_begun_ ? "" : "file,width,height,rank,index,class,score,x1,y1,x2,y2,error\n") + text);
    has_begun_ = true;
  }
  ObjectTextOptions options_;
  Print print_;
  bool has_begun_ = false;
};

}  // namespace

std::unique_ptr<ObjectSink> make_object_text(const ObjectTextOptions& options, Print print) {
  switch (options.format) {
    case PredictionFormat::kJson:
      return std::make_unique<ObjectLines>(options, std::move(print));
    case PredictionFormat::kCsv:
      return std::make_unique<ObjectCsv>(options, std::move(print));
    case PredictionFormat::kCoco:
      return std::make_unique<CocoText>(options.class_names, options.file_names, std::move(print));
    default:
      return std::make_unique<ObjectTable>(options, std::move(print));
  }
}

}  // namespace itpn
