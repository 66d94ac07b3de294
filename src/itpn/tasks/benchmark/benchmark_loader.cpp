#include "itpn/tasks/benchmark/benchmark_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "itpn/core/stopwatch.h"
#include "itpn/core/utf8.h"
#include "itpn/data/augment_config.h"
#include "itpn/data/loader.h"
#include "itpn/data/open_dataset.h"
#include "itpn/data/transforms/resample_kernels.h"
#include "itpn/ops/erase.h"
#include "itpn/ops/images_to_device.h"

namespace itpn {
namespace {

constexpr int kWindows = 5;
constexpr const char* kFinetune = "finetune";

std::shared_ptr<const PictureTransform> make_transform(const std::string& name, const ImageSize& size) {
  DataConfig data = name == kFinetune ? classification_data() : DataConfig{};
  data.image_size = size;
  if (name == kFinetune) return make_training_transform(data, AugmentConfig{});
  if (name == "train") return std::make_shared<TrainTransform>(picture_format(data), crop_range(data), data.flip);
  return make_evaluation_transform(picture_format(data), PreprocessConfig{});
}

Loader make_loader(const BenchmarkLoaderOptions& options, std::shared_ptr<const Dataset> dataset,
                   const std::string& transform) {
  LoaderConfig config;
  config.batch_size = options.batch_size;
  config.global_batch_size = options.batch_size;
  // One thread is the calling one, so that one thread's work is what is measured.
  config.threads = options.threads == 1 ? 0 : options.threads;
  config.prefetch_bytes = int64_t{256} << 20;
  config.bad.max_fraction = 1.0;
  return Loader(std::move(dataset), make_transform(transform, options.image_size), config);
}

// Takes batches as a training step would.
class Consumer {
 public:
  Consumer(Loader& loader, bool makes_floats) : loader_(loader), makes_floats_(makes_floats) {}

  void take() {
    HostBatch batch = *loader_.next();
    if (makes_floats_) {
      const Stopwatch watch;
      at::Tensor images = ops::images_to_device(batch, {}, at::kCPU);
      ops::erase_boxes(images, batch.erased);
      float_seconds_ += watch.seconds();
    }
    loader_.recycle(std::move(batch));
  }
  StageSeconds seconds() const {
    StageSeconds sum = loader_.stage_seconds();
    sum.augment += float_seconds_;
    return sum;
  }

 private:
  Loader& loader_;
  bool makes_floats_;
  double float_seconds_ = 0.0;
};

// Pictures a second of each window.
std::vector<double> measure_windows(Consumer& consumer, const BenchmarkLoaderOptions& options) {
  std::vector<double> rates;
  for (int window = 0; window < kWindows; ++window) {
    const Stopwatch watch;
    int64_t images = 0;
    do {
      consumer.take();
      images += options.batch_size;
    } while (watch.seconds() < options.seconds / kWindows);
    rates.push_back(static_cast<double>(images) / watch.seconds());
  }
  std::sort(rates.begin(), rates.end());
  return rates;
}

LoaderSpeed measure(const BenchmarkLoaderOptions& options, const std::shared_ptr<const Dataset>& dataset,
                    const std::string& transform) {
  Loader loader = make_loader(options, dataset, transform);
  Consumer consumer(loader, transform == kFinetune);
  for (int64_t i = 0; i < loader.batches_per_epoch(); ++i) consumer.take();
  const StageSeconds before = consumer.seconds();
  const std::vector<double> rates = measure_windows(consumer, options);
  const StageSeconds after = consumer.seconds();
  const double total = after.total() - before.total();
  LoaderSpeed speed{transform, rates[kWindows / 2], rates.front(), rates.back()};
  speed.read_share = (after.read - before.read) / total;
  speed.decode_share = (after.decode - before.decode) / total;
  speed.resize_share = (after.resize - before.resize) / total;
  speed.augment_share = (after.augment - before.augment) / total;
  speed.rest_share = (after.rest - before.rest) / total;
  return speed;
}

const char* kernels_name() { return usable_resample_kernels().back()->name; }

}  // namespace

std::vector<LoaderSpeed> benchmark_loader(const BenchmarkLoaderOptions& options) {
  DataConfig config;
  config.source = "folder";
  const auto dataset = open_dataset(config, options.data, {.shows_progress = false});
  BenchmarkLoaderOptions fitted = options;
  fitted.batch_size = std::min(options.batch_size, dataset->size());
  std::vector<LoaderSpeed> speeds;
  for (const std::string transform : {"train", "eval", kFinetune}) {
    const bool is_of_both = options.transform == "both" && transform != kFinetune;
    if (is_of_both || options.transform == transform) {
      speeds.push_back(measure(fitted, dataset, transform));
    }
  }
  return speeds;
}

std::string loader_speed_table(const BenchmarkLoaderOptions& options, const std::vector<LoaderSpeed>& speeds) {
  std::string text = fmt::format("{}: {} thread(s), {} px, batch {}, resize by {}\n", options.data, options.threads,
                                 to_text(options.image_size), options.batch_size, kernels_name());
  text += "transform  images/s  slowest  fastest   read  decode  resize  augment   rest\n";
  for (const auto& s : speeds) {
    text += fmt::format("{:<9}  {:8.0f}  {:7.0f}  {:7.0f}  {:4.1f}%  {:5.1f}%  {:5.1f}%  {:6.1f}%  {:4.1f}%\n",
                        s.transform, s.images_per_second, s.slowest, s.fastest, 100 * s.read_share,
                        100 * s.decode_share, 100 * s.resize_share, 100 * s.augment_share, 100 * s.rest_share);
  }
  return text;
}

std::string loader_speed_json(const BenchmarkLoaderOptions& options, const std::vector<LoaderSpeed>& speeds) {
  nlohmann::ordered_json result{{"data", printable_name(options.data)}, {"threads", options.threads},
                                {"image_size", options.image_size},     {"batch_size", options.batch_size},
                                {"seconds", options.seconds},           {"resize_kernels", kernels_name()}};
  for (const auto& s : speeds) {
    result[s.transform] = {{"images_per_second", s.images_per_second}, {"images_per_second_slowest", s.slowest},
                           {"images_per_second_fastest", s.fastest},   {"read_share", s.read_share},
                           {"decode_share", s.decode_share},           {"resize_share", s.resize_share},
                           {"augment_share", s.augment_share},         {"rest_share", s.rest_share}};
  }
  return result.dump() + "\n";
}

}  // namespace itpn
