#include "sample_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/core/philox.h"

namespace itpn::test {
namespace {

std::vector<float> sample_values(int64_t step, uint64_t which, size_t count) {
  RandomStream random(static_cast<uint64_t>(step), Purpose::kTest, which, 0);
  std::vector<float> values(count);
  for (auto& value : values) value = static_cast<float>(random.uniform());
  return values;
}

CheckpointFile sample_tensors(const std::string& name, int64_t step, uint64_t first) {
  auto write = [step, first](const ByteSink& sink) {
    const auto weight = sample_values(step, first, 900), bias = sample_values(step, first + 1, 30);
    const std::vector<TensorBytes> tensors = {{"weight", DType::kF32, {30, 30}, std::as_bytes(std::span(weight))},
                                              {"bias", DType::kF32, {30}, std::as_bytes(std::span(bias))}};
    return write_safetensors(sink, tensors, {{"step", fmt::format("{}", step)}});
  };
  return {name, write};
}

}  // namespace

std::vector<CheckpointFile> sample_files(int64_t step) {
  return {sample_tensors("model.safetensors", step, 0), sample_tensors("optimizer.safetensors", step, 2),
          text_checkpoint_file("state.json", fmt::format("{{\"step\": {}}}", step))};
}

testing::AssertionResult has_sample_content(Fs& fs, const VerifiedCheckpoint& checkpoint) {
  const auto files = sample_files(checkpoint.step());
  if (checkpoint.manifest.files.size() != files.size()) return testing::AssertionFailure() << "other files";
  for (const auto& file : files) {
    std::vector<std::byte> wanted;
    file.write([&](std::span<const std::byte> bytes) { wanted.insert(wanted.end(), bytes.begin(), bytes.end()); });
    if (read_file(fs, join_path(checkpoint.path, file.name)) != wanted) {
      return testing::AssertionFailure() << checkpoint.path << "/" << file.name << " was accepted and is wrong";
    }
  }
  return testing::AssertionSuccess();
}

int64_t newest_sample_step(Fs& fs, const std::string& directory) {
  const auto scan = scan_checkpoints(fs, directory);
  if (!scan.latest) return -1;
  EXPECT_TRUE(has_sample_content(fs, *scan.latest));
  return scan.latest->step();
}

void save_samples(Fs& fs, const std::string& directory, int64_t last) {
  CheckpointStore store(fs, directory);
  for (int64_t step = 1; step <= last; ++step) store.save(step, sample_files(step));
}

}  // namespace itpn::test
