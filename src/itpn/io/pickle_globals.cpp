#include "itpn/io/pickle_globals.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "itpn/core/utf8.h"

namespace itpn {
namespace {

// What may be called; PickleMachine::call and make_object imitate it.
constexpr std::array<const char*, 13> kFunctions = {"collections OrderedDict",
                                                    "argparse Namespace",
                                                    "torch._utils _rebuild_tensor",
                                                    "torch._utils _rebuild_tensor_v2",
                                                    "torch._utils _rebuild_tensor_v3",
                                                    "torch._utils _rebuild_parameter",
                                                    "torch._utils _rebuild_parameter_with_state",
                                                    "torch._tensor _rebuild_from_type_v2",
                                                    "collections defaultdict",
                                                    "collections Counter",
                                                    "torch Size",
                                                    "torch device",
                                                    "_codecs encode"};

// Lists of plain values in TorchScript archives; each gives its first argument.
constexpr std::array<const char*, 5> kModuleFunctions = {
    "torch.jit._pickle build_intlist", "torch.jit._pickle build_doublelist", "torch.jit._pickle build_boollist",
    "torch.jit._pickle build_tensorlist", "torch.jit._pickle restore_type_tag"};
constexpr const char* kModulePrefix = "__torch__";

struct TypeName {
  const char* name;
  DType dtype;
};

// Names of types; they are values, never called.
constexpr std::array<TypeName, 10> kStorages = {{{"torch FloatStorage", DType::kF32},
                                                 {"torch DoubleStorage", DType::kF64},
                                                 {"torch HalfStorage", DType::kF16},
                                                 {"torch BFloat16Storage", DType::kBF16},
                                                 {"torch LongStorage", DType::kI64},
                                                 {"torch IntStorage", DType::kI32},
                                                 {"torch ShortStorage", DType::kI16},
                                                 {"torch CharStorage", DType::kI8},
                                                 {"torch ByteStorage", DType::kU8},
                                                 {"torch BoolStorage", DType::kBool}}};
constexpr const char* kUntypedStorage = "torch.storage UntypedStorage";
constexpr std::array<TypeName, 16> kPickleDTypes = {{{"torch float32", DType::kF32},
                                                     {"torch float64", DType::kF64},
                                                     {"torch float16", DType::kF16},
                                                     {"torch bfloat16", DType::kBF16},
                                                     {"torch float8_e5m2", DType::kF8E5M2},
                                                     {"torch float8_e4m3fn", DType::kF8E4M3},
                                                     {"torch float8_e8m0fnu", DType::kF8E8M0},
                                                     {"torch int64", DType::kI64},
                                                     {"torch int32", DType::kI32},
                                                     {"torch int16", DType::kI16},
                                                     {"torch int8", DType::kI8},
                                                     {"torch uint64", DType::kU64},
                                                     {"torch uint32", DType::kU32},
                                                     {"torch uint16", DType::kU16},
                                                     {"torch uint8", DType::kU8},
                                                     {"torch bool", DType::kBool}}};

template <size_t N>
bool contains(const std::array<const char*, N>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const char* known) { return name == known; });
}

template <size_t N>
std::optional<DType> find_type(const std::array<TypeName, N>& types, const std::string& name) {
  const auto* found = std::find_if(types.begin(), types.end(), [&](const TypeName& t) { return name == t.name; });
  return found == types.end() ? std::nullopt : std::optional(found->dtype);
}

// Packages whose values lie beside the weights in files of training programs: numbers of numpy, settings, histories,
// places and times. None is needed, so their values are left out.
constexpr std::array<std::string_view, 33> kLeftOutPackages = {"numpy",
                                                               "mmengine",
                                                               "mmcv",
                                                               "mmcls",
                                                               "mmpretrain",
                                                               "mmdet",
                                                               "mmseg",
                                                               "mmselfsup",
                                                               "omegaconf",
                                                               "hydra",
                                                               "lightning",
                                                               "pytorch_lightning",
                                                               "yacs",
                                                               "fvcore",
                                                               "iopath",
                                                               "detectron2",
                                                               "timm",
                                                               "ml_collections",
                                                               "lightning_fabric",
                                                               "easydict",
                                                               "addict",
                                                               "munch",
                                                               "pathlib",
                                                               "datetime",
                                                               "transformers",
                                                               "accelerate",
                                                               "fairseq",
                                                               "apex",
                                                               "deepspeed",
                                                               "torchmetrics",
                                                               "wandb",
                                                               "box",
                                                               "decimal"};
constexpr std::array<const char*, 26> kLeftOutNames = {"collections deque",
                                                       "torch Tensor",
                                                       "torch.nn.parameter Parameter",
                                                       "torch.torch_version TorchVersion",
                                                       "uuid UUID",
                                                       "fractions Fraction",
                                                       "builtins set",
                                                       "builtins frozenset",
                                                       "builtins slice",
                                                       "builtins range",
                                                       "builtins complex",
                                                       "builtins bytearray",
                                                       "builtins dict",
                                                       "builtins list",
                                                       "builtins int",
                                                       "builtins float",
                                                       "__builtin__ set",
                                                       "__builtin__ frozenset",
                                                       "__builtin__ slice",
                                                       "__builtin__ xrange",
                                                       "__builtin__ complex",
                                                       "__builtin__ bytearray",
                                                       "__builtin__ dict",
                                                       "__builtin__ list",
                                                       "__builtin__ int",
                                                       "__builtin__ float"};

// What only a file that wants to be executed asks for.
constexpr std::array<std::string_view, 20> kSuspectModules = {
    "os",  "posix",  "nt",     "subprocess", "sys",    "builtins", "__builtin__", "importlib", "runpy",    "code",
    "pty", "shutil", "socket", "webbrowser", "pickle", "_pickle",  "cPickle",     "commands",  "platform", "ctypes"};

template <size_t N>
bool has_text(const std::array<std::string_view, N>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// "numpy" of "numpy.core.multiarray scalar".
std::string_view package_of(std::string_view full) { return full.substr(0, full.find_first_of(". ")); }

}  // namespace

GlobalUse use_of_global(const std::string& full, bool admits_modules) {
  const bool is_known =
      contains(kFunctions, full) || storage_type(full) || number_type(full) || is_untyped_storage(full);
  if (is_known || (admits_modules && (is_script_class(full) || is_list_function(full)))) return GlobalUse::kKnown;
  const bool is_left_out = has_text(kLeftOutPackages, package_of(full)) || contains(kLeftOutNames, full);
  return is_left_out ? GlobalUse::kLeftOut : GlobalUse::kRefused;
}

std::string refusal_of_global(const std::string& module, const std::string& name) {
  const std::string what = fmt::format(
      "it asks for {}.{}, which is not among the few things that a file of weights needs; nothing was executed",
      printable_bytes(module), printable_bytes(name));
  if (has_text(kSuspectModules, package_of(module))) {
    return what + ". It is of no use to weights: do not open this file with a program that executes it";
  }
  return what +
         ". Where you trust its source, these two lines of Python save the weights alone:\n"
         "  import torch; c = torch.load(\"FILE\", map_location=\"cpu\", weights_only=False)\n"
         "  torch.save(c.state_dict() if hasattr(c, \"state_dict\") else c.get(\"model\", c.get(\"state_dict\", c)), "
         "\"clean.pth\")";
}

std::optional<DType> storage_type(const std::string& full) { return find_type(kStorages, full); }

bool is_untyped_storage(const std::string& full) { return full == kUntypedStorage; }

std::optional<DType> number_type(const std::string& full) { return find_type(kPickleDTypes, full); }

bool is_script_class(const std::string& full) { return full.starts_with(kModulePrefix); }

bool is_list_function(const std::string& full) { return contains(kModuleFunctions, full); }

}  // namespace itpn
