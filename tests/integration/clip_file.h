// A teacher for tests: a small CLIP model with random weights.
#pragma once

#include <cstdint>
#include <string>

namespace itpn::test {

struct ClipFileOptions {
  int64_t width = 16;
  int64_t depth = 1;
  int64_t patch = 8;
  int64_t grid = 4;
  int64_t output_dim = 12;
  uint64_t seed = 0;
};

// Writes a .safetensors file with OpenAI's names: the vision tower, and a parameter of the text tower.
void write_clip_file(const std::string& path, const ClipFileOptions& options = {});

}  // namespace itpn::test
