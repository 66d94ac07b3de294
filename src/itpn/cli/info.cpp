// itpn info: the size of a model and what it costs.
#include "itpn/tasks/info.h"

#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"

namespace itpn::cli {
namespace {

constexpr const char* kExamples =
    "  itpn info itpn-base                        # parameters and multiply-accumulates, component by component\n"
    "  itpn info itpn-large --image-size 384x512\n"
    "  itpn info itpn-base --json\n";

}  // namespace

int run_info(const Arguments& arguments) {
  CommandLine line("itpn info",
                   "Parameters and multiply-accumulates of a model, component by component: as a classifier, in "
                   "pre-training, and as the backbone of a detector.",
                   kExamples);
  InfoRequest request;
  CLI::App& app = line.app();
  app.add_option("PRESET", request.preset, "itpn-base, itpn-large, itpn-small, itpn-tiny or itpn-nano");
  app.add_option("--image-size", request.image_size, "Pixels; the preset's own if absent")
      ->type_name("SIDE|HEIGHTxWIDTH");
  app.add_flag("--json", request.json, "For programs");
  if (!line.parse(arguments)) return 0;
  std::fputs(model_info(request).c_str(), stdout);
  return 0;
}

}  // namespace itpn::cli
