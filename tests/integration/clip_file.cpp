#include "tests/integration/clip_file.h"

#include <fmt/format.h>

#include <cmath>
#include <deque>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/core/philox.h"
#include "itpn/io/weights_writer.h"
#include "tests/integration/program.h"

namespace itpn::test {
namespace {

class Tensors {
 public:
  explicit Tensors(uint64_t seed) : draws_(seed, Purpose::kTest, 0, 0) {}

  // Normal values around `mean`.
  void add(const std::string& name, const std::vector<int64_t>& shape, double deviation, double mean = 0.0) {
    size_t count = 1;
    for (const int64_t side : shape) count *= static_cast<size_t>(side);
    std::vector<float>& values = values_.emplace_back(count);
    for (float& value : values) value = static_cast<float>(draws_.normal(mean, deviation));
    entries_.push_back({name, DType::kF32, shape, std::as_bytes(std::span(values))});
  }
  void add_norm(const std::string& name, int64_t width) {
    add(name + ".weight", {width}, 0.1, 1.0);
    add(name + ".bias", {width}, 0.1);
  }
  void add_linear(const std::string& name, int64_t in, int64_t out) {
    add(name + ".weight", {out, in}, 1.0 / std::sqrt(static_cast<double>(in)));
    add(name + ".bias", {out}, 0.1);
  }
  const std::vector<TensorBytes>& entries() const { return entries_; }

 private:
  RandomStream draws_;
  std::deque<std::vector<float>> values_;  // never move
  std::vector<TensorBytes> entries_;
};

void add_block(Tensors& tensors, const std::string& name, int64_t W) {
  tensors.add(name + ".attn.in_proj_weight", {3 * W, W}, 0.3);
  tensors.add(name + ".attn.in_proj_bias", {3 * W}, 0.1);
  tensors.add_linear(name + ".attn.out_proj", W, W);
  tensors.add_norm(name + ".ln_1", W);
  tensors.add_linear(name + ".mlp.c_fc", W, 4 * W);
  tensors.add_linear(name + ".mlp.c_proj", 4 * W, W);
  tensors.add_norm(name + ".ln_2", W);
}

}  // namespace

void write_clip_file(const std::string& path, const ClipFileOptions& o) {
  Tensors tensors(o.seed);
  tensors.add("visual.class_embedding", {o.width}, 1.0);
  tensors.add("visual.positional_embedding", {1 + o.grid * o.grid, o.width}, 0.5);
  tensors.add("visual.proj", {o.width, o.output_dim}, 0.3);
  tensors.add("visual.conv1.weight", {o.width, 3, o.patch, o.patch}, 0.1);
  tensors.add_norm("visual.ln_pre", o.width);
  for (int64_t i = 0; i < o.depth; ++i) {
    add_block(tensors, fmt::format("visual.transformer.resblocks.{}", i), o.width);
  }
  tensors.add_norm("visual.ln_post", o.width);
  tensors.add("token_embedding.weight", {7, o.width}, 1.0);
  write_weights_file(posix_fs(), path, tensors.entries(), {});
}

std::vector<std::string> tiny_clip_pretrain(const std::string& output_dir, const std::string& teacher,
                                            const std::vector<std::string>& changes) {
  std::vector<std::string> words = tiny_pretrain(
      output_dir, {"data.image_size=64", "pretrain.supervision=clip", "pretrain.color_jitter=0.4", "mfm.enabled=false",
                   "mask.kind=blocks", "mask.hidden_patches=6", "mask.min_block=2", "teacher.image_size=32",
                   "teacher.precision=fp32", "model.layer_scale=0.1", "model.relative_position_bias=true",
                   "optim.schedule=iteration", "optim.warmup_epochs=1", "optim.lr=2e-3", "data.mean=[0.5,0.5,0.5]",
                   "data.std=[0.5,0.5,0.5]"});
  if (!teacher.empty()) words.push_back("teacher.weights=" + teacher);
  words.insert(words.end(), changes.begin(), changes.end());
  return words;
}

std::vector<std::string> all_clip_terms() {
  return {"mfm.enabled=true", "mfm.teacher_input=full", "distill.target_levels=multi", "distill.pixel_weight=0.5"};
}

}  // namespace itpn::test
