// A list of pictures from hostile text: a data error, or pictures with a path each and labels of one kind.
#include <cstdlib>
#include <sstream>
#include <string>

#include "itpn/core/errors.h"
#include "itpn/data/datasets/list_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  itpn::ListParser parser("input");
  try {
    for (std::string line; std::getline(lines, line);) {
      const auto entry = parser.parse(line);
      if (!entry) continue;
      const bool has_wrong_label =
          entry->label && (entry->label->number ? *entry->label->number < 0 : entry->label->word.empty());
      if (entry->path.empty() || has_wrong_label) std::abort();
    }
  } catch (const itpn::Error& error) {
    if (error.code() != itpn::ExitCode::kData) throw;
  }
  return 0;
}
