// Where what was found in pictures goes: text, label files, drawings.
#pragma once

#include <string>

#include "itpn/io/image.h"
#include "itpn/tasks/detect/found_picture.h"

namespace itpn {

// A picture that was looked at.
struct SeenPicture {
  std::string path;
  size_t place = 0;              // among the pictures that were asked for
  const Image* image = nullptr;  // as it was looked at
  const FoundPicture* found = nullptr;
};

// Pictures come one by one. Each of those that could be read begins, shows the mask of each object, if it has any and
// the sink wants them, and ends. The members of a SeenPicture stay until then; a mask does not.
class ObjectSink {
 public:
  virtual ~ObjectSink() = default;
  virtual bool wants_masks() const { return false; }
  virtual void begin(const SeenPicture& picture) = 0;
  virtual void add_mask(size_t /*object*/, const PastedMask& /*mask*/) {}
  virtual void end() {}
  // A picture that could not be read, and why.
  virtual void fail(const std::string& /*path*/, const std::string& /*why*/) {}
  // After the last picture.
  virtual void finish() {}
};

}  // namespace itpn
