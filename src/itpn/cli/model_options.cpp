#include "itpn/cli/model_options.h"

#include <cstdio>

namespace itpn::cli {

void add_model_options(CommandLine& line, ModelRequest& model) {
  CLI::App& app = line.app();
  app.add_flag("--best", model.best, "Of a run: the checkpoint with the best validation, not the newest")
      ->group("Model");
  app.add_flag("--averaged", model.averaged, "The moving average of the weights (ema.decay)")->group("Model");
  add_image_size(app, model.image_size, "as the model was trained")->group("Model");
  add_max_megapixels(app, model.max_megapixels);
  app.add_option("--device", model.device, "auto | cpu | cuda | cuda:N")->group("Model");
  app.add_option("--precision", model.precision, "fp32, bf16, or fp16 on a GPU")->group("Model");
}

void add_checkpoint(CommandLine& line, ModelRequest& model) {
  line.app()
      .add_option("CHECKPOINT", model.weights, "Directory of a run or of one checkpoint, a .safetensors or .pth file")
      ->required();
  add_model_options(line, model);
}

void add_max_megapixels(CLI::App& app, double& max_megapixels) {
  app.add_option(kMaxMegapixelsOption, max_megapixels, "Larger pictures are left out, not decoded")
      ->check(CLI::Range(1e-6, kMostImagePixels * 1e-6));
}

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace itpn::cli
