#include "itpn/tasks/weights/convert.h"

#include <fmt/format.h>

#include "itpn/core/errors.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/io/weights_file.h"
#include "itpn/io/weights_writer.h"

namespace itpn {
namespace {

std::string origin_of(const WeightsFile& file) {
  return file.key().empty() ? format_name(file.format())
                            : fmt::format("{}, entry \"{}\"", format_name(file.format()), file.key());
}

}  // namespace

ConvertResult convert_weights(const ConvertRequest& request) {
  Fs& fs = posix_fs();
  if (!is_weights_name(request.output)) {
    throw usage_error(fmt::format("{}: the name of a weights file ends in .safetensors, .pth or .pt", request.output));
  }
  if (!request.overwrite && exists(fs, request.output)) {
    throw usage_error(fmt::format("{} exists already; give --overwrite to replace it", request.output));
  }
  const WeightsPath source = find_weights(fs, request.input, request.key);
  WeightsFile file = open_weights(fs, source, {request.key, !request.skip_checksums});
  WeightsReader reader(file, source);
  ConvertResult result{file.tensors().size(), 0, origin_of(file), file.left_out_lines()};
  std::vector<SharedBytes> contents;
  std::vector<TensorBytes> tensors;
  for (const TensorInfo& info : file.tensors()) {
    contents.push_back(reader.read(info));
    tensors.push_back({info.name, info.dtype, info.shape, *contents.back()});
    result.bytes += info.bytes;
  }
  write_weights_file(fs, request.output, tensors, texts_of(file));
  return result;
}

}  // namespace itpn
