// What a detector found as one annotation file of COCO, written as it comes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "itpn/structures/rle.h"
#include "itpn/tasks/detect/object_sink.h"

namespace itpn {

// A text in JSON; bytes that are no UTF-8 are replaced.
std::string json_text(const std::string& text);
// Runs as COCO's files hold them: {"size":[height,width],"counts":"..."}.
std::string json_text(const Rle& rle);

class CocoText : public ObjectSink {
 public:
  // `file_names` by the place of the picture.
  CocoText(std::vector<std::string> class_names, std::vector<std::string> file_names,
           std::function<void(const std::string&)> print);

  bool wants_masks() const override { return true; }
  void begin(const SeenPicture& picture) override;
  void add_mask(size_t object, const PastedMask& mask) override;
  void end() override;
  void finish() override;

 private:
  void add(size_t object, double area, const std::string& mask);
  void print_head();

  std::vector<std::string> class_names_, file_names_;
  std::function<void(const std::string&)> print_;
  SeenPicture picture_;
  int64_t pictures_ = 0;
  int64_t objects_ = 0;
  std::string images_;  // the list at the end of the file
  bool has_begun_ = false;
};

}  // namespace itpn
