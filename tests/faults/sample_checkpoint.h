// A small checkpoint whose every byte follows from its step, so that a test can tell an old one, a new one and a wrong
// one apart.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/io/checkpoint_store.h"

namespace itpn::test {

// Where the tests with a simulated disk keep their checkpoints.
inline constexpr char kDirectory[] = "/run/checkpoints";
// A real folder in memory: what a kill leaves does not depend on the disk, and flushing one thousands of times takes
// minutes.
inline constexpr char kMemory[] = "/dev/shm";

// model.safetensors, optimizer.safetensors and state.json, about 10 kB. The functions own their bytes.
std::vector<CheckpointFile> sample_files(int64_t step);

// Is every byte below `checkpoint.path` what sample_files wrote for its step?
testing::AssertionResult has_sample_content(Fs& fs, const VerifiedCheckpoint& checkpoint);

// The step of the newest checkpoint below `directory` that verifies, its content compared; -1 if there is none that
// does. A checkpoint that verifies and has the wrong content fails the test.
int64_t newest_sample_step(Fs& fs, const std::string& directory);

// A simulated directory "/run/checkpoints" with checkpoints of the steps 1 to `last`, two of them kept.
void save_samples(Fs& fs, const std::string& directory, int64_t last);

}  // namespace itpn::test
