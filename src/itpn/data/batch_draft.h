// An assembler without its types, as the scheduler sees it.
#pragma once

#include <cstdint>
#include <memory>

#include "itpn/data/batch_assembler.h"

namespace itpn {

// Of one thread.
class DraftWorker {
 public:
  virtual ~DraftWorker() = default;
  virtual StageSeconds& seconds() = 0;
};

// See the assembler's functions of the same names.
class BatchDraft {
 public:
  virtual ~BatchDraft() = default;
  virtual int64_t make(SampleRequest& sample, DraftWorker& worker) = 0;
  virtual void close() = 0;
};

class DraftSource {
 public:
  virtual ~DraftSource() = default;
  virtual const SampleSet& samples() const = 0;
  virtual int64_t open_bytes(int64_t count) const = 0;
  virtual std::unique_ptr<BatchDraft> open(const BatchSpan& span) = 0;
  virtual std::unique_ptr<DraftWorker> new_worker() const = 0;
};

}  // namespace itpn
