// What the functions and classes that a pickle may name (pickle_globals.h) come to.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/io/pickle_globals.h"
#include "itpn/io/pickle_machine.h"

namespace itpn {
namespace {

constexpr const char* kTypedTensor = "torch._tensor _rebuild_from_type_v2";

// The last element that the view touches, counted from its first, or nothing where 63 bits do not hold it.
std::optional<uint64_t> reach(const PickleTensor& tensor) {
  int64_t last = 0;
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    int64_t step = 0;
    if (__builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &step) ||
        __builtin_add_overflow(last, step, &last)) {
      return std::nullopt;
    }
  }
  return static_cast<uint64_t>(last);
}

void require_inside(const PickleTensor& tensor, const PickleStorage& storage, const std::string& where) {
  const auto size = static_cast<uint64_t>(dtype_size(tensor.dtype));
  const uint64_t available = storage.count * static_cast<uint64_t>(dtype_size(storage.dtype)) / size;
  const auto bytes = tensor_bytes(tensor.dtype, tensor.shape);
  const auto last = bytes && *bytes > 0 ? reach(tensor) : std::optional<uint64_t>(0);
  const bool inside = bytes && last && (*bytes == 0 || (tensor.first < available && *last < available - tensor.first));
  if (!inside) {
    throw checkpoint_error(fmt::format("{}: refused: a tensor reaches out of storage '{}', which has {} elements",
                                       where, storage.key, available));
  }
}

}  // namespace

void PickleMachine::push_global(const std::string& module, const std::string& name) {
  charge(module.size() + name.size() + 1);  // before they are copied
  const std::string full = module + " " + name;
  switch (use_of_global(full, options_.admits_modules)) {
    case GlobalUse::kKnown:
      push(make(PickleKind::kGlobal, full, {}));
      return;
    case GlobalUse::kLeftOut:
      push(make(PickleKind::kForeign, full, {}));
      return;
    case GlobalUse::kRefused:
      fail(refusal_of_global(module, name));
  }
}

const std::string& PickleMachine::text(const PickleValue& value, const char* what) const {
  if (value.kind != PickleKind::kText) fail(fmt::format("{} is no text", what));
  return result_.text(value);
}

uint64_t PickleMachine::count(const PickleValue& value, const char* what) const {
  if (value.kind != PickleKind::kInteger || value.integer < 0) fail(fmt::format("{} is no count", what));
  return static_cast<uint64_t>(value.integer);
}

const std::vector<PickleValue>& PickleMachine::arguments(const PickleValue& value, size_t least, size_t most) const {
  if (value.kind != PickleKind::kTuple || result_.items(value).size() < least || result_.items(value).size() > most) {
    fail(fmt::format("a call without its {} to {} arguments", least, most));
  }
  return result_.items(value);
}

std::vector<int64_t> PickleMachine::sizes(const PickleValue& value) const {
  std::vector<int64_t> result;
  for (const PickleValue& item : arguments(value, 0, 64)) {
    result.push_back(static_cast<int64_t>(count(item, "a size or stride")));
  }
  return result;
}

// What a class or function that is left out makes: known by its name alone.
PickleValue PickleMachine::left_out(const PickleValue& function) {
  const std::string name = result_.text(function);
  charge(name.size());
  return make(PickleKind::kForeign, name, {});
}

PickleValue PickleMachine::call(const PickleValue& function, const PickleValue& given) {
  if (function.kind == PickleKind::kForeign) return left_out(function);
  if (function.kind != PickleKind::kGlobal) fail("it calls something that is no function");
  const std::string& name = result_.text(function);
  if (name == "collections OrderedDict") return make_ordered_dictionary(given);
  if (name == "torch._utils _rebuild_tensor") return rebuild_tensor(arguments(given, 4, 4), false);
  if (name == "torch._utils _rebuild_tensor_v2") return rebuild_tensor(arguments(given, 6, 7), false);
  if (name == "torch._utils _rebuild_tensor_v3") return rebuild_tensor(arguments(given, 7, 8), true);
  if (name == "torch._utils _rebuild_parameter") {
    const PickleValue tensor = arguments(given, 3, 3)[0];
    if (tensor.kind != PickleKind::kTensor) fail("a parameter that is no tensor");
    return tensor;
  }
  if (name == "torch._utils _rebuild_parameter_with_state") {
    const PickleValue tensor = arguments(given, 4, 4)[0];
    if (tensor.kind != PickleKind::kTensor) fail("a parameter that is no tensor");
    return tensor;
  }
  if (name == kTypedTensor) return rebuild_typed(arguments(given, 4, 4));
  if (name == "collections defaultdict" || name == "collections Counter") return make(PickleKind::kDict, "", {});
  if (name == "torch Size" || is_list_function(name)) return arguments(given, 1, 2)[0];
  if (name == "torch device" || name == "_codecs encode") {
    text(arguments(given, 1, 2)[0], "an argument");
    return arguments(given, 1, 2)[0];
  }
  if (name == "argparse Namespace") return make_object(function, given);
  fail(fmt::format("it calls {}, which is no function", name));
}

// (function, type, its arguments, attributes): a tensor that has attributes of its own, or another type.
PickleValue PickleMachine::rebuild_typed(const std::vector<PickleValue>& given) {
  const PickleValue function = given[0], arguments_of_it = given[2];  // copies: a call makes values, which moves these
  const bool is_nested = function.kind != PickleKind::kGlobal || result_.text(function) == kTypedTensor;
  if (is_nested) fail("a typed tensor without a function that makes it");
  return call(function, arguments_of_it);
}

// Python 2 wrote the entries as one list of pairs.
PickleValue PickleMachine::make_ordered_dictionary(const PickleValue& given) {
  const std::vector<PickleValue>& args = arguments(given, 0, 1);
  if (args.empty()) return make(PickleKind::kDict, "", {});
  if (args[0].kind != PickleKind::kList) fail("an ordered dictionary of something else than a list");
  const std::vector<PickleValue>& pairs = result_.items(args[0]);
  charge(2 * pairs.size() * sizeof(PickleValue));  // before the work, which a memoised list costs again and again
  std::vector<PickleValue> entries;
  entries.reserve(2 * pairs.size());
  for (const PickleValue& pair : pairs) {
    const bool is_list = pair.kind == PickleKind::kList || pair.kind == PickleKind::kTuple;
    if (!is_list || result_.items(pair).size() != 2) fail("an entry of an ordered dictionary that is no pair");
    entries.insert(entries.end(), result_.items(pair).begin(), result_.items(pair).end());
  }
  return make(PickleKind::kDict, "", std::move(entries));
}

PickleValue PickleMachine::make_object(const PickleValue& type, const PickleValue& given) {
  if (type.kind == PickleKind::kForeign) return left_out(type);
  arguments(given, 0, 0);
  const bool is_class = type.kind == PickleKind::kGlobal &&
                        (result_.text(type) == "argparse Namespace" || is_script_class(result_.text(type)));
  if (type.kind == PickleKind::kGlobal && result_.text(type) == "collections OrderedDict") return call(type, given);
  if (!is_class) fail("it makes an object of something that is no known class");
  return make(PickleKind::kObject, "", {type, PickleValue{}});
}

// Objects get their attributes; those of a dictionary (a state dict's versions) are of no use.
void PickleMachine::build(PickleValue& object, const PickleValue& state) {
  if (object.kind == PickleKind::kForeign) return;
  const bool is_plain = state.kind == PickleKind::kDict || state.kind == PickleKind::kNone;
  if (object.kind == PickleKind::kDict && is_plain) return;
  if (object.kind != PickleKind::kObject || state.kind != PickleKind::kDict) {
    fail("it gives attributes to something that has none");
  }
  result_.nodes[object.index].items[1] = state;
}

// ("storage", type, key, device, count) and, in the older container, (key, first, count) of a part of it.
PickleStorage PickleMachine::storage_of(const std::vector<PickleValue>& id) {
  if (text(id[0], "a persistent id") != "storage" || id[1].kind != PickleKind::kGlobal) {
    fail("a persistent id that is no storage");
  }
  const std::string& type = result_.text(id[1]);
  const auto dtype = storage_type(type);
  if (!dtype && !is_untyped_storage(type)) fail(fmt::format("a storage of type {}", type));
  const bool is_part = id.size() > 5 && id[5].kind != PickleKind::kNone;
  const std::string& base_key = text(id[2], "a storage's key");
  const std::string& key = is_part ? text(arguments(id[5], 3, 3)[0], "a part's key") : base_key;
  charge(sizeof(PickleStorage) + key.size() + base_key.size());  // before they are copied
  PickleStorage storage{
      key, dtype.value_or(DType::kU8), dtype.has_value(), count(id[4], "a storage's size"), base_key, 0, 0};
  storage.base_count = storage.count;
  if (!is_part) return storage;
  storage.base_first = count(result_.items(id[5])[1], "a part's place");
  storage.count = count(result_.items(id[5])[2], "a part's size");
  if (storage.base_first > storage.base_count || storage.count > storage.base_count - storage.base_first) {
    fail(fmt::format("a part of storage '{}' reaches out of it", storage.base_key));
  }
  return storage;
}

PickleValue PickleMachine::load_persistent(const PickleValue& id) {
  PickleStorage storage = storage_of(arguments(id, 5, 6));
  if (!tensor_bytes(storage.dtype, {static_cast<int64_t>(storage.base_count)})) fail("a storage of impossible size");
  PickleValue value{PickleKind::kStorage, {}};
  value.index = result_.storages.size();
  result_.storages.push_back(std::move(storage));
  return value;
}

// (storage, first, size, stride, requires_grad, hooks, [dtype], [metadata]); what follows the strides is of no use.
PickleValue PickleMachine::rebuild_tensor(const std::vector<PickleValue>& given, bool has_dtype) {
  if (given[0].kind != PickleKind::kStorage) fail("a tensor without a storage");
  const PickleStorage& storage = result_.storages[given[0].index];
  PickleTensor tensor{given[0].index, storage.dtype, count(given[1], "a tensor's place"), sizes(given[2]),
                      sizes(given[3])};
  if (has_dtype) {
    const auto dtype = given[6].kind == PickleKind::kGlobal ? number_type(result_.text(given[6])) : std::nullopt;
    if (!dtype) fail("a tensor of unknown type");
    tensor.dtype = *dtype;
  } else if (!storage.is_typed) {
    fail("a tensor without a type");
  }
  if (tensor.shape.size() != tensor.strides.size()) fail("a tensor with fewer strides than sizes");
  require_inside(tensor, storage, options_.where);
  charge(sizeof(PickleTensor) + 16 * tensor.shape.size());
  PickleValue value{PickleKind::kTensor, {}};
  value.index = result_.tensors.size();
  result_.tensors.push_back(std::move(tensor));
  return value;
}

}  // namespace itpn
