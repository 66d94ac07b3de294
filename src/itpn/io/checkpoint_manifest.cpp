#include "itpn/io/checkpoint_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "itpn/core/sha256.h"
#include "itpn/io/whole_number.h"

namespace itpn {
namespace {

using Json = nlohmann::ordered_json;

// The last line of the file, around the hash of everything before it.
constexpr std::string_view kBeforeHash = ",\n \"manifest_sha256\": \"";
constexpr std::string_view kAfterHash = "\"\n}\n";
constexpr size_t kHashDigits = 64;
constexpr size_t kTailLength = kBeforeHash.size() + kHashDigits + kAfterHash.size();

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw checkpoint_error(fmt::format("{}: {}", where, what));
}

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The name of a file in the same directory, nothing else: a manifest must not lead out of its checkpoint.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos && name != kManifestName;
}

Json to_json(const FileRecord& file) {
  Json tensors = Json::array();
  for (const auto& tensor : file.tensors) {
    tensors.push_back(
        {{"name", tensor.name}, {"offset", tensor.offset}, {"bytes", tensor.bytes}, {"sha256", tensor.sha256}});
  }
  return {{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}, {"tensors", tensors}};
}

// Throws nlohmann's exceptions and std::out_of_range for missing keys and wrong types, like the functions below.
TensorRecord tensor_from_json(const Json& json, const FileRecord& file, const std::string& where) {
  TensorRecord tensor{json.at("name").get<std::string>(), whole_number<uint64_t>(json.at("offset")),
                      whole_number<uint64_t>(json.at("bytes")), json.at("sha256").get<std::string>()};
  if (tensor.offset > file.bytes || tensor.bytes > file.bytes - tensor.offset || !is_hash(tensor.sha256)) {
    refuse(where, fmt::format("the record of tensor '{}' in {} makes no sense", tensor.name, file.name));
  }
  return tensor;
}

FileRecord file_from_json(const Json& json, const std::string& where) {
  FileRecord file{json.at("name").get<std::string>(),
                  whole_number<uint64_t>(json.at("bytes")),
                  json.at("sha256").get<std::string>(),
                  {}};
  if (!is_plain_name(file.name) || !is_hash(file.sha256)) {
    refuse(where, fmt::format("the record of file '{}' makes no sense", file.name));
  }
  for (const auto& tensor : json.at("tensors")) file.tensors.push_back(tensor_from_json(tensor, file, where));
  return file;
}

CheckpointManifest manifest_from_json(const Json& json, const std::string& where) {
  const auto format = whole_number<int64_t>(json.at("format"));
  if (format > kCheckpointFormat) {
    throw NewerFormatError(
        fmt::format("{}: written by a newer program: checkpoint format {}, this program reads up to {}; use the newer "
                    "program",
                    where, format, kCheckpointFormat));
  }
  CheckpointManifest manifest;
  manifest.step = whole_number<int64_t>(json.at("step"));
  manifest.info = json.at("info").get<std::map<std::string, std::string>>();
  std::set<std::string> names;
  for (const auto& file : json.at("files")) {
    manifest.files.push_back(file_from_json(file, where));
    if (!names.insert(manifest.files.back().name).second) refuse(where, "names a file twice");
  }
  return manifest;
}

// The text without its last line, once that line's hash has been found right.
std::string_view checked_body(std::string_view text, const std::string& where) {
  if (text.size() < kTailLength || !text.ends_with(kAfterHash)) refuse(where, "the manifest is cut");
  const std::string_view body = text.substr(0, text.size() - kTailLength);
  const std::string_view tail = text.substr(body.size());
  if (!tail.starts_with(kBeforeHash) || tail.substr(kBeforeHash.size(), kHashDigits) != sha256_hex(body)) {
    refuse(where, "the manifest is damaged: its content does not have its hash");
  }
  return body;
}

template <class Records>
auto* find_by_name(const Records& records, std::string_view name) {
  const auto found = std::find_if(records.begin(), records.end(), [&](const auto& r) { return r.name == name; });
  return found == records.end() ? nullptr : &*found;
}

}  // namespace

const TensorRecord* FileRecord::find(std::string_view tensor) const { return find_by_name(tensors, tensor); }

const FileRecord* CheckpointManifest::find(std::string_view file) const { return find_by_name(files, file); }

uint64_t CheckpointManifest::total_bytes() const {
  uint64_t total = 0;
  for (const auto& file : files) total += file.bytes;
  return total;
}

std::string to_text(const CheckpointManifest& manifest) {
  Json json = {{"format", kCheckpointFormat}, {"step", manifest.step}, {"info", Json::object()}};
  for (const auto& [key, value] : manifest.info) json["info"][key] = value;
  json["files"] = Json::array();
  for (const auto& file : manifest.files) json["files"].push_back(to_json(file));
  // Bytes that are not UTF-8 (in the info, say a host's name) are replaced: they are no reason to lose a checkpoint.
  std::string text = json.dump(1, ' ', false, Json::error_handler_t::replace);
  text.resize(text.size() - 2);  // "\n}", which comes back behind the hash
  return fmt::format("{}{}{}{}", text, kBeforeHash, sha256_hex(text), kAfterHash);
}

CheckpointManifest parse_manifest(std::string_view text, const std::string& where) {
  const std::string body = std::string(checked_body(text, where)) + "}";
  try {
    return manifest_from_json(Json::parse(body), where);
  } catch (const nlohmann::json::exception& e) {
    refuse(where, fmt::format("the manifest makes no sense: {}", e.what()));
  } catch (const std::out_of_range& e) {
    refuse(where, fmt::format("the manifest makes no sense: {}", e.what()));
  }
}

}  // namespace itpn
