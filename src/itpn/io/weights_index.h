// Weights in several files, as model hubs have them: folders with files of fixed names, and shards
// ("model-00001-of-00002.safetensors") with an index that says which tensor lies in which of them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "itpn/core/files.h"
#include "itpn/io/weights_source.h"

namespace itpn {

// The shard of each tensor; names of files beside the index. Throws a checkpoint error (exit 4) for a text that is no
// index, names a file elsewhere, or more than 1000 of them.
std::map<std::string, std::string> parse_weights_index(std::string_view json, const std::string& where);

using OpenWeights = std::function<std::unique_ptr<WeightsSource>(const std::string& path)>;

// All shards of the index at `path` as one source, in the order of their names; `open_shard` opens one. Throws a
// checkpoint error (exit 4) that names a shard or a tensor which is missing, or a tensor that is there twice.
std::unique_ptr<WeightsSource> open_weights_index(Fs& fs, const std::string& path, const OpenWeights& open_shard);

// "model-00002-of-00003.safetensors" is number 2 of 3. Nothing for other names.
struct ShardNumber {
  int64_t number = 0, count = 0;
};
std::optional<ShardNumber> shard_number(const std::string& path);

// The file of weights in a folder of a model hub, or nothing where it has none of their names.
std::optional<std::string> weights_in_folder(Fs& fs, const std::string& folder);

// Throws a checkpoint error (exit 4) that says where the whole is if the file at `path` is one of several shards.
void require_whole_weights(Fs& fs, const std::string& path);

// Throws a checkpoint error (exit 4) that says what there is in a folder with no weights in it.
[[noreturn]] void throw_no_weights_in(Fs& fs, const std::string& folder);

}  // namespace itpn
