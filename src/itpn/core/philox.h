// Counter-based random numbers: every random decision of a run is a pure function of (seed, purpose, epoch, position),
// so that the number of threads, of processes, and a resume never change what a sample looks like.
//
// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
#pragma once

#include <array>
#include <cstdint>

namespace itpn {

// One Philox4x32-10 block: four 32-bit words for a 128-bit counter under a 64-bit key.
std::array<uint32_t, 4> philox4x32(const std::array<uint32_t, 4>& counter, const std::array<uint32_t, 2>& key);

// What a stream of random numbers is for. Values are part of the run's definition: never renumber, only append.
enum class Purpose : uint32_t {
  kSampleOrder = 1,
  kAugmentation = 2,
  kMask = 3,
  kDropPath = 4,
  kMixup = 5,
  kInitialisation = 6,
  kSubstitute = 7,  // which sample replaces a bad one
  kSynthetic = 8,   // content of the synthetic dataset
  kTest = 9,
  kErasing = 10,       // noise in erased parts of a picture
  kRegionSample = 16,  // which boxes of a picture the losses of a detector are taken over
};

// The stream of random numbers that belongs to one decision. Cheap to make (no state is shared), copyable.
class RandomStream {
 public:
  // `epoch` below 2^32; `position` is the global sample position (or any other index) within the epoch.
  RandomStream(uint64_t seed, Purpose purpose, uint64_t epoch, uint64_t position);

  uint32_t next_u32();
  uint64_t next_u64();
  // Uniform in [0, 1), 53 random bits.
  double uniform();
  // Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // Uniform integer in [low, high], both inclusive, without modulo bias. Requires low <= high.
  int64_t integer(int64_t low, int64_t high);
  // Normal with the given mean and standard deviation (Box-Muller; one draw uses two uniforms).
  double normal(double mean = 0.0, double deviation = 1.0);

 private:
  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> counter_;  // words: block number, epoch, position low, position high
  std::array<uint32_t, 4> block_{};
  int used_ = 4;
};

}  // namespace itpn
