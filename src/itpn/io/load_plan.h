// What happens to each tensor when a file of weights is loaded into a model: four lists, made from names, types and
// shapes alone, before anything is read. A weight that is missing or left over without a known reason is an error.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "itpn/io/tensor_info.h"

namespace itpn {

// Names that need not be on both sides. A pattern is a name; `*` in it stands for any text.
struct ExpectedAbsence {
  enum class Side {
    kFileOnly,    // the file has them, and no tensor of the model matches any of the patterns
    kModelOnly,   // the model has them, and no tensor of the file matches any of the patterns
    kOtherShape,  // both have them in different shapes: the model keeps its own
  };
  Side side = Side::kFileOnly;
  std::vector<std::string> patterns;
  std::string reason;  // "a decoder is of no use to a classifier"
};

struct LoadRules {
  std::vector<ExpectedAbsence> expected;
  bool allow_partial = false;  // what does not fit is left out and listed instead of refused
};

struct AbsentWeight {
  std::string name;
  bool is_in_file = false;  // else only the model has it
  std::string reason;
};

struct ReshapedWeight {
  std::string name;
  std::vector<int64_t> file_shape, model_shape;
};

// The four lists.
struct LoadReport {
  std::string path, format, key, prefix;  // of the file, see WeightsFile
  std::vector<std::string> loaded;        // the reshaped ones too
  std::vector<AbsentWeight> absent;
  std::vector<ReshapedWeight> reshaped;
  std::vector<std::string> left_out;    // values of the file beside its tensors that are not read, a class each
  std::vector<std::string> unexpected;  // "NAME: what is wrong", for both sides
};

enum class LoadAction {
  kCopy,
  kResizePositions,  // (1, g * g, E) of another grid
  kResizeBias,       // ((2g - 1)^2, heads) of another grid
  kSumChannels,      // (C, 3, k, k) of a patch embedding of colours, to one of grey
  kSpreadChannel,    // (C, 1, k, k) of one of grey, to colours
};

struct PlannedLoad {
  size_t file = 0, model = 0;  // indices of the two tensors
  LoadAction action = LoadAction::kCopy;
};

struct LoadPlan {
  std::vector<PlannedLoad> loads;  // in the order of the model
  LoadReport report;
};

// True where `pattern` covers the whole of `name`.
bool matches_pattern(std::string_view name, std::string_view pattern);

// Compares the two sides. Types may differ where both are floating point. Never throws for a mismatch.
LoadPlan plan_load(std::span<const TensorInfo> file, std::span<const TensorInfo> model, const LoadRules& rules);

// Throws a checkpoint error (exit 4) that lists everything unexpected, unless nothing is or `allow_partial`.
void require_fit(const LoadReport& report, const LoadRules& rules);

// The lists as text: a summary line, then what is not simply loaded, names of one block or group in one line.
std::vector<std::string> describe(const LoadReport& report);

}  // namespace itpn
