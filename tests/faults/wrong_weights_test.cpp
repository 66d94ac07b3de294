// Weights that do not fit, and checkpoints that change under the reader: all that is wrong is named, and the model is
// the same as before, bit for bit.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <set>

#include "itpn/core/philox.h"
#include "itpn/core/sha256.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/models/mim/mim_model.h"
#include "tests/support/error_of.h"
#include "tests/support/fault_tally.h"
#include "tests/support/sim_fs.h"

namespace itpn::test {
namespace {

using testing::HasSubstr;

MimModel nano(uint64_t seed) {
  const Preset p = find_preset("itpn-nano");
  return MimModel(MimConfig{.backbone = p.backbone, .pyramid = p.pyramid, .decoder = p.decoder, .mask = {}, .mfm = {}},
                  seed);
}

std::string hash_of(const NamedTensors& tensors) {
  Sha256 hash;
  for (const TensorBytes& tensor : as_tensor_bytes(tensors)) {
    hash.update(std::as_bytes(std::span(tensor.name)));
    hash.update(tensor.bytes);
  }
  return hash.hex();
}

void write_weights(Fs& fs, const std::string& path, const NamedTensors& tensors) {
  std::vector<std::byte> content;
  write_safetensors(
      [&](std::span<const std::byte> piece) { content.insert(content.end(), piece.begin(), piece.end()); },
      as_tensor_bytes(tensors), {{"format", "pt"}});
  write_file_atomically(fs, path, content);
}

// Spoils `tensors` in one to four places and returns the names that have to be complained of.
std::set<std::string> spoil(NamedTensors& tensors, RandomStream& random) {
  std::set<std::string> names;
  for (int64_t n = random.integer(1, 4); n > 0; --n) {
    const auto at = static_cast<size_t>(random.integer(0, static_cast<int64_t>(tensors.size()) - 1));
    auto& [name, tensor] = tensors[at];
    if (names.contains(name)) continue;
    names.insert(name);
    switch (random.integer(0, 4)) {
      case 0:
        tensors.erase(tensors.begin() + static_cast<int64_t>(at));
        break;
      case 1:
        tensor = tensor.unsqueeze(-1).contiguous();
        break;
      case 2:
        tensor = tensor.is_floating_point() ? tensor.to(torch::kInt64) : tensor.to(torch::kFloat32);
        break;
      case 3:
        tensor = torch::cat({tensor.flatten(), torch::zeros({1}, tensor.options())});
        break;
      default:
        name += "_other";  // one missing, one left over
        names.insert(name);
    }
  }
  return names;
}

TEST(WrongWeights, AreNamedOneByOneAndNothingIsLoaded) {
  FaultTally tally("17", "mutants of a file of weights");
  SimFs disk;
  const NamedTensors good = copy_to_host(named_weights(*nano(1)));
  const MimModel model = nano(2);
  const std::string before = hash_of(named_weights(*model));
  for (uint64_t i = 0; i < static_cast<uint64_t>(fault_count(50, 500)); ++i) {
    RandomStream random(31, Purpose::kTest, 0, i);
    NamedTensors mutant = good;
    const std::set<std::string> names = spoil(mutant, random);
    write_weights(disk, "/w.safetensors", mutant);
    SCOPED_TRACE(fmt::format("mutant {}", i));
    const std::string message =
        error_of(ExitCode::kCheckpoint, [&] { load_weights(disk, "/w.safetensors", named_weights(*model), {}); });
    for (const std::string& name : names) EXPECT_THAT(message, HasSubstr(name));
    EXPECT_EQ(hash_of(named_weights(*model)), before);
    tally.count();
  }
  write_weights(disk, "/w.safetensors", good);
  load_weights(disk, "/w.safetensors", named_weights(*model), {});
  EXPECT_EQ(hash_of(named_weights(*model)), hash_of(good)) << "the file without a mutation does not load either";
}

class CheckpointUnderTheReader : public testing::Test {
 protected:
  CheckpointUnderTheReader() {
    Progress progress;
    progress.step = 3;
    snapshot_ =
        take_snapshot({copy_to_host(named_weights(*nano(1))), {}, {{"exp_avg/a", torch::arange(5.0)}}}, progress);
    CheckpointStore(disk_, "/checkpoints").save(3, checkpoint_files(snapshot_));
  }

  SimFs disk_;
  StateSnapshot snapshot_;
};

// The checkpoint verified, and then a bit flips before it is read: the reader notices, or the flip was without effect.
TEST_F(CheckpointUnderTheReader, AFlipAfterItVerifiedIsNoticedToo) {
  FaultTally tally("5", "bit flips between verifying a checkpoint and loading it");
  const VerifiedCheckpoint checkpoint = verify_checkpoint(disk_, checkpoint_path("/checkpoints", 3));
  int64_t harmless = 0;
  for (uint64_t i = 0; i < static_cast<uint64_t>(fault_count(50, 1000)); ++i) {
    RandomStream random(32, Purpose::kTest, 0, i);
    const char* file = std::array{"model.safetensors", "optimizer.safetensors", "state.json"}[i % 3];
    auto& content = disk_.content(join_path(checkpoint.path, file));
    const auto at = static_cast<size_t>(random.integer(0, static_cast<int64_t>(content.size()) - 1));
    const auto bit = static_cast<std::byte>(1 << random.integer(0, 7));
    content[at] ^= bit;
    StateTensors into{copy_to_host(named_weights(*nano(2))), {}, {{"exp_avg/a", torch::zeros({5})}}};
    try {
      EXPECT_EQ(read_progress(disk_, checkpoint).step, 3);
      read_state_tensors(disk_, checkpoint, into);
      EXPECT_EQ(hash_of(into.model), hash_of(snapshot_.tensors.model)) << "flip " << i;
      EXPECT_EQ(hash_of(into.optimizer), hash_of(snapshot_.tensors.optimizer)) << "flip " << i;
      ++harmless;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kCheckpoint) << error.what();
    }
    content[at] ^= bit;
    tally.count();
  }
  tally.set_remark(fmt::format("{} changed no number (comments of a header)", harmless));
}

}  // namespace
}  // namespace itpn::test
