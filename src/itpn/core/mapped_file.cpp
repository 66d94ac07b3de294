#include "itpn/core/mapped_file.h"

namespace itpn {

MappedFile::MappedFile(Fs& fs, const std::string& path) : fs_(fs) {
  {
    // The pages stay when the descriptor is closed.
    OpenFile file(fs, path, OpenMode::kRead);
    is_mapped_ = fs.map(file.descriptor(), &bytes_) >= 0;
  }
  if (is_mapped_) return;
  copy_ = read_file(fs, path);
  bytes_ = copy_;
}

MappedFile::~MappedFile() {
  if (is_mapped_) fs_.unmap(bytes_);
}

}  // namespace itpn
