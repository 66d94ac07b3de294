#include "itpn/tasks/inspect/export_synthetic.h"

#include <fmt/format.h>

#include "itpn/core/files.h"
#include "itpn/io/png_writer.h"

namespace itpn {
namespace {

void export_part(const std::string& folder, const SyntheticOptions& options) {
  for (const std::string& name : synthetic_class_names()) make_directories(posix_fs(), join_path(folder, name));
  for (int64_t i = 0; i < options.count; ++i) {
    const SyntheticScene scene = synthetic_scene(options, i);
    const std::string& name = synthetic_class_names()[static_cast<size_t>(scene.label)];
    write_file_atomically(posix_fs(), fmt::format("{}/{}/{:05}.png", folder, name, i), encode_png(scene.image));
  }
}

}  // namespace

void export_synthetic(const ExportSyntheticRequest& request) {
  SyntheticOptions options{.count = request.count, .style = request.style};
  export_part(join_path(request.folder, "train"), options);
  options.count = request.val_count;
  options.seed = kHeldOutSyntheticSet;
  export_part(join_path(request.folder, "val"), options);
}

}  // namespace itpn
