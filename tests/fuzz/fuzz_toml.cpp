// A recipe and an override from hostile text: either refused as the user's error, or dumped so that it reads back
// equal.
#include <cstdlib>

#include "itpn/config/config.h"
#include "itpn/config/sample_config_for_test.h"
#include "itpn/core/errors.h"

namespace {

using itpn::test::SampleConfig;

void read(const std::string& text, const std::vector<std::string>& overrides) {
  SampleConfig config;
  try {
    config = itpn::load_config<SampleConfig>("input.toml", text, overrides);
  } catch (const itpn::Error& error) {
    if (error.code() != itpn::ExitCode::kUsage) throw;
    return;
  }
  const auto again = itpn::load_config<SampleConfig>("dump.toml", itpn::dump_config(config));
  if (!itpn::config_diff(config, again).empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read(text, {});
  read("", {text});
  read("", {"data.path=" + text});
  return 0;
}
