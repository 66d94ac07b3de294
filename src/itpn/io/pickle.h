// Reader of the pickles inside PyTorch's files. A pickle is a program; this one runs only what builds plain values and
// describes tensors. Of the functions a pickle may ask for, about a dozen are known, and they are imitated here:
// nothing is looked up, imported or called. Values of other classes that training programs put beside the weights are
// left out, known by their class alone. Everything else is a checkpoint error (exit 4) that names it.
//
// Bounds: 1 M instructions, 10 k values on the stack, 100 k memo entries, 24 MiB of values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "itpn/io/tensor_info.h"

namespace itpn {

enum class PickleKind : uint8_t {
  kNone,
  kBool,
  kInteger,
  kFloat,
  kText,     // also bytes
  kLong,     // an integer that 64 bits do not hold; text: its bytes, least first
  kList,     // items
  kTuple,    // items
  kDict,     // items: key, value, key, value, ...
  kGlobal,   // text: "torch FloatStorage"
  kObject,   // items: class, state (a dict or none)
  kForeign,  // text: a class or function that is left out, or a value that it made
  kStorage,  // index into Pickle::storages
  kTensor,   // index into Pickle::tensors
  kMark,     // never in a result
};

// A value; what is larger than a number lies in a node.
struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  union {
    int64_t integer = 0;
    double real;
    size_t index;
  };
};

struct PickleNode {
  std::string text;
  std::vector<PickleValue> items;
};

// What a persistent id says about a storage of numbers: where they are is the container's business.
struct PickleStorage {
  std::string key;
  DType dtype = DType::kU8;  // kU8 for untyped ones
  bool is_typed = true;
  uint64_t count = 0;    // of its elements
  std::string base_key;  // of the storage that it is a part of; its own key as a rule
  uint64_t base_first = 0, base_count = 0;
};

// A view of a storage, checked to lie inside it.
struct PickleTensor {
  size_t storage = 0;
  DType dtype = DType::kF32;
  uint64_t first = 0;  // element
  std::vector<int64_t> shape, strides;
};

struct Pickle {
  PickleValue root;
  std::vector<PickleNode> nodes;
  std::vector<PickleStorage> storages;
  std::vector<PickleTensor> tensors;

  const std::string& text(const PickleValue& value) const { return nodes[value.index].text; }
  const std::vector<PickleValue>& items(const PickleValue& value) const { return nodes[value.index].items; }
};

struct PickleOptions {
  std::string where;            // for messages: file, and entry of it
  bool admits_modules = false;  // classes "__torch__....": the modules of a TorchScript archive, kept as plain objects
  size_t max_bytes = 24ULL << 20;  // of all values
};

// Reads the pickle that begins at `offset` and moves `offset` behind it.
Pickle read_pickle(std::span<const std::byte> bytes, size_t& offset, const PickleOptions& options);

}  // namespace itpn
