#include "itpn/cli/print_classification.h"

#include <fmt/format.h>

#include <cstdio>

#include "itpn/cli/run_options.h"

namespace itpn::cli {

void print_classification(const ClassificationResult& result) {
  print_run(result.run);
  if (result.validation) {
    std::puts(fmt::format("top-1 {:.2f} %  top-5 {:.2f} %  loss {:.4f} on {} pictures", result.validation->top1,
                          result.validation->top5, result.validation->loss, result.validation->count)
                  .c_str());
  }
  if (result.best.step >= 0) {
    std::puts(fmt::format("best top-1 {:.2f} % at step {}", result.best.value, result.best.step).c_str());
  }
}

}  // namespace itpn::cli
