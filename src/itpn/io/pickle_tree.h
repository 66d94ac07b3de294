// The tensors and plain values of a pickle, by the path of keys that leads to them.
#pragma once

#include <map>

#include "itpn/io/pickle.h"
#include "itpn/io/weights_source.h"

namespace itpn {

struct NamedPickleTensor {
  std::string name;   // keys joined by dots: "optimizer.state.0.exp_avg"
  std::string group;  // the first of several keys: "optimizer"
  size_t tensor = 0;  // index into Pickle::tensors
};

struct PickleContents {
  std::vector<NamedPickleTensor> tensors;
  // Numbers, texts of at most 1 MiB and truth values at most two keys deep; name and text are UTF-8. The first 2 MiB.
  std::map<std::string, std::string> values;
  // Values that are not read, by their class, "numpy.core.multiarray.scalar".
  std::map<std::string, LeftOutValues> left_out;
};

// Throws a checkpoint error (exit 4) where the values are nested too deeply or are too many, for more than 50,000
// tensors or 8 MiB of their names and shapes, where two tensors have the same name, and for a key
// that is neither text nor number.
PickleContents list_pickle(const Pickle& pickle, const std::string& where);

}  // namespace itpn
