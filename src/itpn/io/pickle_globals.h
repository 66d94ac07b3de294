// The functions and classes that a pickle may name, "MODULE NAME". The whole allow-list is in this file's source; what
// its entries come to is in pickle_calls.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "itpn/io/tensor_info.h"

namespace itpn {

enum class GlobalUse : uint8_t {
  kKnown,    // imitated
  kLeftOut,  // of training programs; its values are no part of the weights and only named
  kRefused,
};

// `admits_modules`: the archive is one of TorchScript, which names its own module classes and lists of numbers.
GlobalUse use_of_global(const std::string& full, bool admits_modules);

// Why it is refused and how to get at the weights, for a message.
std::string refusal_of_global(const std::string& module, const std::string& name);

// The numbers of "torch FloatStorage"; nothing for other names and for untyped storages.
std::optional<DType> storage_type(const std::string& full);
bool is_untyped_storage(const std::string& full);

// The numbers of "torch float32".
std::optional<DType> number_type(const std::string& full);

// A module class of a TorchScript archive.
bool is_script_class(const std::string& full);
// A function of TorchScript archives that gives its first argument, a list.
bool is_list_function(const std::string& full);

}  // namespace itpn
