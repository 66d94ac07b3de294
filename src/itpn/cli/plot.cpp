// itpn plot: curves of one or several runs.
#include <cstdio>

#include "itpn/cli/command_line.h"
#include "itpn/cli/commands.h"
#include "itpn/tasks/inspect/plot_metrics.h"

namespace itpn::cli {
namespace {

constexpr const char* kPlotExamples =
    "  itpn plot out/run -o curves.png                          # losses, accuracy, learning rate, gradient norm\n"
    "  itpn plot out/a out/b --key loss_mim --smooth 20 -o compare.png\n"
    "  itpn plot out/scratch out/pretrained --key val_top1 --x epoch -o accuracy.pdf\n";

}  // namespace

int run_plot(const Arguments& arguments) {
  CommandLine line("itpn plot",
                   "Draw values of metrics.jsonl as curves: losses, accuracy, learning rate, norm of the gradient.",
                   kPlotExamples);
  PlotOptions options;
  std::string output;
  CLI::App& app = line.app();
  app.add_option("RUNS", options.runs, "Directories of runs, or metrics.jsonl files")->required();
  app.add_option("--output,-o", output, "The picture to write, by its ending as PNG, SVG or PDF")
      ->required()
      ->type_name("FILE.png|svg|pdf");
  app.add_option("--key", options.keys, "Which value; may be repeated. The usual ones if absent")
      ->allow_extra_args(false);
  app.add_option("--x", options.x_key, "step or epoch");
  app.add_option("--smooth", options.smooth, "Average over so many neighbouring points")->check(CLI::PositiveNumber);
  app.add_option("--title", options.title, "Above the curves");
  if (!line.parse(arguments)) return 0;
  plot_metrics(options, output);
  std::puts(output.c_str());
  return 0;
}

}  // namespace itpn::cli
