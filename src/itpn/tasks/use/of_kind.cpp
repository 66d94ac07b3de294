#include "itpn/tasks/use/of_kind.h"

#include <fmt/format.h>

#include "itpn/core/errors.h"

namespace itpn {

Error no_use_error(const ModelSource& source) {
  if (source.card.kind == kPretrainedKind) return no_head_error(source);
  return usage_error(
      fmt::format("{}: a model of the kind \"{}\", which this version of the program cannot use; take the version that "
                  "trained it, or look at its features with itpn embed or itpn knn",
                  source.path, source.card.kind));
}

}  // namespace itpn
