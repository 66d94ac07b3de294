// The one place that chooses by the kind of a model: a table from kinds to what is done with them.
#pragma once

#include <map>
#include <string>

#include "itpn/tasks/weights/model_source.h"

namespace itpn {

// For a model of a kind that cannot be put to the use asked for: a usage error that says what can be done.
Error no_use_error(const ModelSource& source);

// The entry for the kind of `source`. Throws no_use_error where there is none.
template <class F>
F of_kind(const std::map<std::string, F>& table, const ModelSource& source) {
  const auto found = table.find(source.card.kind);
  if (found == table.end()) throw no_use_error(source);
  return found->second;
}

}  // namespace itpn
