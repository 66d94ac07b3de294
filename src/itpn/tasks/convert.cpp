#include "itpn/tasks/convert.h"

#include <fmt/format.h>

#include <map>

#include "itpn/core/errors.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/io/weights_file.h"
#include "itpn/io/weights_writer.h"

namespace itpn {
namespace {

constexpr const char* kMetadataEntry = "metadata.";  // where our own .pth files keep the texts

std::map<std::string, std::string> metadata_of(const WeightsFile& file) {
  std::map<std::string, std::string> result;
  for (const auto& [name, value] : file.metadata()) {
    result[name.starts_with(kMetadataEntry) ? name.substr(std::char_traits<char>::length(kMetadataEntry)) : name] =
        value;
  }
  return result;
}

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
  WeightsFile file =
      open_weights(fs, find_weights(fs, request.input, request.key), {request.key, !request.skip_checksums});
  ConvertResult result{file.tensors().size(), 0, origin_of(file)};
  std::vector<std::vector<std::byte>> contents;
  std::vector<TensorBytes> tensors;
  for (const TensorInfo& info : file.tensors()) {
    contents.emplace_back(info.bytes);
    file.read(info, contents.back());
    tensors.push_back({info.name, info.dtype, info.shape, contents.back()});
    result.bytes += info.bytes;
  }
  write_weights_file(fs, request.output, tensors, metadata_of(file));
  return result;
}

}  // namespace itpn
