// Writes a file of weights in the format that its name asks for.
#pragma once

#include <map>
#include <span>
#include <string>

#include "itpn/io/safetensors.h"

namespace itpn {

// True for names that end in .safetensors, .pth or .pt, in any case.
bool is_weights_name(const std::string& path);

// Old file or new file at every moment, also after a power cut. Throws usage_error for another name, a checkpoint error
// (exit 4) for a tensor's name that the format cannot hold, SystemError (exit 5) where the disk refuses.
void write_weights_file(Fs& fs, const std::string& path, std::span<const TensorBytes> tensors,
                        const std::map<std::string, std::string>& metadata);

}  // namespace itpn
