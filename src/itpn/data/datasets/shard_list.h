// From tar shards to the list of the pictures in them, with classes and fingerprint.
#pragma once

#include <string>
#include <vector>

#include "itpn/data/datasets/folder_scan.h"
#include "itpn/data/datasets/index_cache.h"

namespace itpn {

// "a-{000..002}.tar" -> "a-000.tar", "a-001.tar", "a-002.tar"; several ranges multiply. Throws usage_error for a range
// that runs backwards or names more than a million files.
std::vector<std::string> expand_braces(const std::string& pattern);

// `skipped` reasons of shards begin with it; the shard's defect follows.
inline constexpr std::string_view kShardDefect = "shard damaged or cut: ";

// The pictures of `pattern`, for open_index: shards with ranges in braces, or a folder whose *.tar files are taken. The
// scan throws data_error where a shard is missing or no tar file. A shard that is cut gives the samples before the cut.
IndexSource shard_source(Fs& fs, const std::string& pattern, const ScanProgress& progress = {});

// How a sample is called: "shard.tar:member".
std::string shard_sample_name(std::string_view shard, std::string_view member);

}  // namespace itpn
