// What a batch is made of. The scheduler (sample_scheduler.h) decides when, by whom and from which sample a place of a
// batch is filled; an assembler fills it. A new kind of sample is one assembler: no thread, lock or order in it.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>

#include "itpn/core/philox.h"
#include "itpn/data/batch_sequence.h"
#include "itpn/data/datasets/sample_set.h"
#include "itpn/data/stage_seconds.h"
#include "itpn/structures/batch_head.h"

namespace itpn {

// One place of a batch and the sample that comes there.
struct SampleRequest {
  int64_t place = 0;   // in the batch
  int64_t index = 0;   // of the sample set: the order's choice, or a substitute
  RandomStream draws;  // all randomness of the sample, a function of (seed, epoch, position)
  // Set by the assembler: what is wrong with the sample though it can be used; "": nothing.
  std::string damage = {};
};

// An assembler has three types
//   Batch   what the loader hands out, derived from BatchHead, which the scheduler fills
//   Draft   a batch in work; often Batch itself
//   Worker  memory of one thread, with the `seconds` that its samples took
// and these functions, all const:
//   samples()            the set that the indices are of
//   open_bytes(count)    memory that a batch of `count` samples takes from the start
//   open(span, spare)    a draft for so many samples. `spare` is a batch that the consumer gave back, or an empty one:
//                        memory to reuse. One thread at a time, the others wait for it.
//   make(draft, sample, worker)  fills one place and returns the memory that its sample takes beyond open_bytes. Called
//                        by many threads at once, each with another place of the draft. Throws SampleError or
//                        ImageError for a sample that cannot be used: the same place is then filled from another one.
//   close(draft)         the batch, once all places are filled. It must not grow much: only open_bytes and what make
//                        returned is counted. Called by the thread that made the last sample.
template <class A>
concept BatchAssembler = std::derived_from<typename A::Batch, BatchHead> &&
    requires(const A& assembler, const BatchSpan& span, typename A::Batch spare, typename A::Draft draft,
             SampleRequest& sample, typename A::Worker& worker) {
  { assembler.samples() } -> std::convertible_to<const SampleSet&>;
  { assembler.open_bytes(span.count) } -> std::same_as<int64_t>;
  { assembler.open(span, std::move(spare)) } -> std::same_as<typename A::Draft>;
  { assembler.make(draft, sample, worker) } -> std::same_as<int64_t>;
  { assembler.close(std::move(draft)) } -> std::same_as<typename A::Batch>;
  { worker.seconds } -> std::same_as<StageSeconds&>;
};

}  // namespace itpn
