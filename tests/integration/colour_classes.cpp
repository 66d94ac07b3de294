#include "tests/integration/colour_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "itpn/core/files.h"
#include "itpn/io/png_writer.h"

namespace itpn::test {
namespace {

constexpr int kSide = 40;

Image coloured(size_t channel, std::mt19937& random) {
  Image image(kSide, kSide, 3);
  std::uniform_int_distribution<int> noise(0, 90);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<uint8_t>(noise(random) + (i % 3 == channel ? 150 : 0));
  }
  return image;
}

}  // namespace

void write_colour_classes(const std::string& folder, const std::vector<std::string>& names, int count, int seed) {
  for (const std::string& name : names) {
    const size_t channel = name == "red" ? 0 : name == "green" ? 1 : 2;
    std::mt19937 random(static_cast<unsigned>(seed * 3 + static_cast<int>(channel)));
    make_directories(posix_fs(), join_path(folder, name));
    for (int i = 0; i < count; ++i) {
      write_file_atomically(posix_fs(), fmt::format("{}/{}/{}.png", folder, name, i),
                            encode_png(coloured(channel, random)));
    }
  }
}

void write_colour_data(const std::string& folder, int count) {
  const std::vector<std::string> names = {"blue", "green", "red"};
  write_colour_classes(folder + "/train", names, count, 1);
  write_colour_classes(folder + "/val", names, 4, 2);
}

std::vector<std::string> tiny_classifier(const std::string& command, const std::string& data,
                                         const std::string& output_dir, const std::vector<std::string>& changes) {
  std::vector<std::string> words = {command,
                                    "--output-dir",
                                    output_dir,
                                    "data.path=" + data + "/train",
                                    "data.val_path=" + data + "/val",
                                    "data.image_size=32",
                                    "data.workers=1",
                                    "data.cache_dir=off",
                                    "model.preset=itpn-nano",
                                    "augment.randaugment=",
                                    "augment.erase_probability=0.0",
                                    "train.global_batch_size=4",
                                    "train.micro_batch_size=0",
                                    "train.epochs=4",
                                    "optim.lr=1e-3",
                                    "optim.warmup_epochs=0.5",
                                    "log.every_steps=1",
                                    "log.tensorboard=false"};
  if (command == "finetune") {
    const std::vector<std::string> plain = {"model.drop_path=0.0", "mix.mixup=0.0", "mix.cutmix=0.0",
                                            "optim.layer_decay=1.0", "loss.label_smoothing=0.0"};
    words.insert(words.end(), plain.begin(), plain.end());
  }
  words.insert(words.end(), changes.begin(), changes.end());
  return words;
}

std::vector<std::string> everything_on() {
  return {"model.drop_path=0.3",
          "augment.randaugment=rand-m9-mstd0.5-inc1",
          "augment.erase_probability=0.5",
          "mix.mixup=0.8",
          "mix.cutmix=1.0",
          "loss.label_smoothing=0.1",
          "optim.layer_decay=0.7",
          "optim.clip_grad=0.5",
          "ema.decay=0.9",
          "train.micro_batch_size=2"};
}

}  // namespace itpn::test
