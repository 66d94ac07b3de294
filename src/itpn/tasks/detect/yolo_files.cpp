#include <fmt/format.h>

#include <algorithm>

#include "itpn/core/files.h"
#include "itpn/core/output_place.h"
#include "itpn/tasks/detect/object_files.h"
#include "itpn/tasks/detect/output_names.h"

namespace itpn {
namespace {

constexpr const char* kClassFile = "classes";
constexpr double kLeastShare = 1e-6;  // a box of no size is no label

std::string label_line(const FoundPicture& found, size_t object) {
  const Box& box = found.boxes[object];
  const auto share = [](float from, float to, int64_t side) {
    return std::max(kLeastShare, static_cast<double>(to - from) / static_cast<double>(side));
  };
  const auto middle = [](float from, float to, int64_t side) {
    return (static_cast<double>(from) + static_cast<double>(to)) / 2.0 / static_cast<double>(side);
  };
  return fmt::format("{} {:.6f} {:.6f} {:.6f} {:.6f}\n", found.labels[object], middle(box.x1, box.x2, found.width),
                     middle(box.y1, box.y2, found.height), share(box.x1, box.x2, found.width),
                     share(box.y1, box.y2, found.height));
}

class YoloFiles : public ObjectSink {
 public:
  explicit YoloFiles(const ObjectFilesOptions& options)
      : directory_(options.directory), stems_(stems_below_common_folder(options.paths, kClassFile)) {
    prepare_output_directory(posix_fs(), directory_);
    std::string names;
    for (const std::string& name : options.class_names) names += name + "\n";
    write_file_atomically(posix_fs(), join_path(directory_, fmt::format("{}.txt", kClassFile)), names);
  }

  void begin(const SeenPicture& picture) override {
    std::string text;
    for (size_t i = 0; i < picture.found->count(); ++i) text += label_line(*picture.found, i);
    const std::string path = join_path(directory_, stems_[picture.place] + ".txt");
    make_directories(posix_fs(), parent_path(path));
    write_file_atomically(posix_fs(), path, text);
  }

 private:
  std::string directory_;
  std::vector<std::string> stems_;
};

}  // namespace

std::unique_ptr<ObjectSink> make_yolo_files(const ObjectFilesOptions& options) {
  return std::make_unique<YoloFiles>(options);
}

}  // namespace itpn
