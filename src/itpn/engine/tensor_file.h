// Named tensors to and from safetensors files.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "itpn/engine/train_state.h"
#include "itpn/io/safetensors.h"

namespace itpn {

// Types of the two worlds; TORCH_CHECK for one that the other does not have.
DType file_type(torch::ScalarType type);
torch::ScalarType torch_type(DType type);

// Copies on the CPU, contiguous, that the live tensors no longer reach: what a background save writes while training
// goes on. On an accelerator the copy waits for the work queued before it.
NamedTensors copy_to_host(const NamedTensors& tensors);

// The bytes of host tensors, borrowed.
std::vector<TensorBytes> as_tensor_bytes(const NamedTensors& host_tensors);

// How list_mismatches ends a line about a tensor that only the file has.
inline constexpr const char* kOnlyInFile = ": in the file only";

// Every difference between what is wanted and what `file` has: names missing or left over, shapes, types. One line
// each; empty if all agree.
std::vector<std::string> list_mismatches(const NamedTensors& wanted, const SafetensorsFile& file);

// Is shown each tensor's bytes before they are used; throws if they are not what they should be.
using TensorCheck = std::function<void(const TensorInfo&, std::span<const std::byte>)>;

// Copies each tensor of the file into the one of that name. Call only where list_mismatches is empty.
void read_tensors(SafetensorsFile& file, const NamedTensors& into, const TensorCheck& check = {});

}  // namespace itpn
