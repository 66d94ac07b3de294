// What a path with pictures is, decided by looking at it and not by its name: the one place for all commands.
#pragma once

#include <string>

#include "itpn/core/files.h"
#include "itpn/data/data_config.h"

namespace itpn {

// data.source of the pictures at `path`: "folder", "list" (a text with a path a line) or "tar" (shards: one, several in
// braces, or a folder with nothing else in it). Throws data_error that says what it is instead: nothing, one picture,
// weights, an archive that has to be unpacked first.
std::string source_of_path(Fs& fs, const std::string& path);

// Throws data_error where `source` is not what `path` is. A directory may be a folder of pictures or of shards.
void check_source(Fs& fs, const std::string& source, const std::string& path);

// Gives data.source = "auto" the value that data.path asks for, "synthetic" without a path. Throws usage_error for a
// path beside data.source = "synthetic", which would not be read, and as source_of_path.
void settle_source(Fs& fs, DataConfig* data);

}  // namespace itpn
