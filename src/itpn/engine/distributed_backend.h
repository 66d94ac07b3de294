// The two things that c10d is used for, without its headers: a store of small texts that all processes reach, and sums
// and copies of tensors over all of them. What fails here throws whatever c10d throws; distributed.h makes errors of
// it.
#pragma once

#include <torch/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "itpn/engine/distributed_environment.h"

namespace itpn {

class SharedStore {
 public:
  // Serves a store on this machine, at any free port, until it is destroyed.
  static std::unique_ptr<SharedStore> serve();
  // Connects to the store at `point`, which rank 0 serves unless somebody else does.
  static std::unique_ptr<SharedStore> connect(const MeetingPoint& point, const ProcessPlace& place,
                                              std::chrono::milliseconds timeout);
  ~SharedStore();

  uint16_t port() const;
  void set(const std::string& key, const std::string& value);
  // Nothing where the key is not set (yet).
  std::optional<std::string> get(const std::string& key);
  // The value of `key` afterwards: `value` if there was none.
  std::string set_if_missing(const std::string& key, const std::string& value);
  // Another connection to the same store, for another thread.
  std::unique_ptr<SharedStore> clone();

 private:
  friend class CollectiveBackend;
  struct Content;
  explicit SharedStore(std::unique_ptr<Content> content);
  std::unique_ptr<Content> content_;
};

// An operation under way. wait() must be called.
class PendingCollective {
 public:
  virtual ~PendingCollective() = default;
  virtual void wait() = 0;
};

class CollectiveBackend {
 public:
  // Gloo for tensors in host memory; NCCL for those on a CUDA device where the build has it, else Gloo through copies.
  CollectiveBackend(SharedStore& store, const ProcessPlace& place, const torch::Device& device,
                    std::chrono::milliseconds timeout);
  ~CollectiveBackend();

  // Sums over all processes, in place and with the same bits everywhere. Contiguous tensors.
  std::unique_ptr<PendingCollective> start_sum(const torch::Tensor& tensor);
  std::unique_ptr<PendingCollective> start_broadcast(const torch::Tensor& tensor, int64_t from);
  // "gloo" or "nccl", for tensors on the device.
  const char* name() const;

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

// Why this build has no Gloo, or no NCCL; "" where it has it.
const char* gloo_obstacle();
const char* nccl_obstacle();

}  // namespace itpn
