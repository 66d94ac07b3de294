#include "itpn/engine/distributed_backend.h"

#include <cstdlib>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"

// Gloo's headers are Debian's libgloo-dev (headers only); the code is in LibTorch.
#if defined(USE_C10D_GLOO) && __has_include(<gloo/algorithm.h>)
#define ITPN_HAS_GLOO 1
#include <c10/util/Logging.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#if defined(USE_C10D_NCCL) && __has_include(<nccl.h>) && __has_include(<cuda_runtime_api.h>)
#define ITPN_HAS_NCCL 1
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif
#endif

namespace itpn {

const char* gloo_obstacle() {
#if defined(ITPN_HAS_GLOO)
  return "";
#elif defined(USE_C10D_GLOO)
  return "its headers were missing when itpn was built (Debian: libgloo-dev)";
#else
  return "this LibTorch was built without it";
#endif
}

const char* nccl_obstacle() {
#if defined(ITPN_HAS_NCCL)
  return "";
#elif !defined(ITPN_TORCH_HAS_CUDA)
  return "this LibTorch is not of CUDA";
#elif !defined(ITPN_HAS_GLOO)
  return "it needs Gloo, which is missing";
#else
  return "its headers, or those of the CUDA runtime, were missing when itpn was built";
#endif
}

#ifdef ITPN_HAS_GLOO

struct SharedStore::Content {
  c10::intrusive_ptr<c10d::TCPStore> server;  // where this process serves or connects
  c10::intrusive_ptr<c10d::Store> store;      // with the prefix of this start of the run
};

SharedStore::SharedStore(std::unique_ptr<Content> content) : content_(std::move(content)) {}
SharedStore::~SharedStore() = default;

namespace {

// c10d warns with a trace of the stack whenever a process at the other end has gone, which this program says itself.
void silence_warnings() {
  constexpr int kErrorsOnly = 2;
  if (!std::getenv("TORCH_CPP_LOG_LEVEL")) FLAGS_caffe2_log_level = kErrorsOnly;
}

}  // namespace

std::unique_ptr<SharedStore> SharedStore::serve() {
  silence_warnings();
  c10d::TCPStoreOptions options;
  options.port = 0;
  options.isServer = true;
  options.waitWorkers = false;
  auto content = std::make_unique<Content>();
  content->server = c10::make_intrusive<c10d::TCPStore>("127.0.0.1", options);
  content->store = content->server;
  return std::unique_ptr<SharedStore>(new SharedStore(std::move(content)));
}

std::unique_ptr<SharedStore> SharedStore::connect(const MeetingPoint& point, const ProcessPlace& place,
                                                  std::chrono::milliseconds timeout) {
  silence_warnings();
  c10d::TCPStoreOptions options;
  options.port = point.port;
  options.isServer = place.is_first() && !point.is_served;
  options.waitWorkers = false;
  options.timeout = timeout;
  auto content = std::make_unique<Content>();
  content->server = c10::make_intrusive<c10d::TCPStore>(point.host, options);
  content->store = c10::make_intrusive<c10d::PrefixStore>("itpn/" + point.restart, content->server);
  return std::unique_ptr<SharedStore>(new SharedStore(std::move(content)));
}

uint16_t SharedStore::port() const { return content_->server->getPort(); }

void SharedStore::set(const std::string& key, const std::string& value) { content_->store->set(key, value); }

std::optional<std::string> SharedStore::get(const std::string& key) {
  if (!content_->store->check({key})) return std::nullopt;
  return content_->store->get_to_str(key);
}

std::string SharedStore::set_if_missing(const std::string& key, const std::string& value) {
  return content_->store->compareSet(key, std::string(), value);
}

std::unique_ptr<SharedStore> SharedStore::clone() {
  auto content = std::make_unique<Content>();
  content->server = content_->server;
  content->store = content_->store->clone();
  return std::unique_ptr<SharedStore>(new SharedStore(std::move(content)));
}

namespace {

class PendingWork : public PendingCollective {
 public:
  PendingWork(c10::intrusive_ptr<c10d::Work> work, const torch::Tensor& staged, const torch::Tensor& target)
      : work_(std::move(work)), staged_(staged), target_(target) {}
  void wait() override {
    work_->wait();
    if (!staged_.is_same(target_)) target_.copy_(staged_);
  }

 private:
  c10::intrusive_ptr<c10d::Work> work_;
  torch::Tensor staged_, target_;  // one tensor, unless the operation runs on a copy in host memory
};

// One machine: the loopback interface. Several: GLOO_SOCKET_IFNAME, or the interface of the host's name.
std::shared_ptr<gloo::transport::Device> network_device(const ProcessPlace& place) {
  const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface && *interface) return c10d::ProcessGroupGloo::createDeviceForInterface(interface);
  if (place.local_processes == place.processes) return c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1");
  return c10d::ProcessGroupGloo::createDefaultDevice();
}

c10::intrusive_ptr<c10d::Backend> make_gloo(const c10::intrusive_ptr<c10d::Store>& store, const ProcessPlace& place,
                                            std::chrono::milliseconds timeout) {
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  options->devices.push_back(network_device(place));
  return c10::make_intrusive<c10d::ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>("gloo", store),
                                                     static_cast<int>(place.rank), static_cast<int>(place.processes),
                                                     options);
}

#ifdef ITPN_HAS_NCCL
c10::intrusive_ptr<c10d::Backend> make_nccl(const c10::intrusive_ptr<c10d::Store>& store, const ProcessPlace& place,
                                            std::chrono::milliseconds timeout) {
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(c10::make_intrusive<c10d::PrefixStore>("nccl", store),
                                                     static_cast<int>(place.rank), static_cast<int>(place.processes),
                                                     options);
}
#endif

}  // namespace

struct CollectiveBackend::Content {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<c10d::Backend> host;         // Gloo
  c10::intrusive_ptr<c10d::Backend> accelerator;  // NCCL, or null
  std::chrono::milliseconds timeout;

  bool is_staged(const torch::Tensor& tensor) const { return !tensor.is_cpu() && !accelerator; }
  c10d::Backend& backend_of(const torch::Tensor& tensor) const {
    return tensor.is_cpu() || !accelerator ? *host : *accelerator;
  }
};

CollectiveBackend::CollectiveBackend(SharedStore& store, const ProcessPlace& place, const torch::Device& device,
                                     std::chrono::milliseconds timeout)
    : content_(std::make_unique<Content>()) {
  content_->store = store.content_->store;
  content_->timeout = timeout;
  content_->host = make_gloo(content_->store, place, timeout);
#ifdef ITPN_HAS_NCCL
  if (device.is_cuda()) content_->accelerator = make_nccl(content_->store, place, timeout);
#endif
  if (!device.is_cpu() && !content_->accelerator && place.is_first()) {
    log::warning(
        "this program was built without NCCL: the gradients of several GPUs go through host memory (Gloo), which is "
        "slower. `itpn doctor` says what was missing");
  }
}

CollectiveBackend::~CollectiveBackend() = default;

std::unique_ptr<PendingCollective> CollectiveBackend::start_sum(const torch::Tensor& tensor) {
  std::vector<at::Tensor> tensors = {content_->is_staged(tensor) ? tensor.cpu() : tensor};
  c10d::AllreduceOptions options;
  options.timeout = content_->timeout;
  return std::make_unique<PendingWork>(content_->backend_of(tensor).allreduce(tensors, options), tensors[0], tensor);
}

std::unique_ptr<PendingCollective> CollectiveBackend::start_broadcast(const torch::Tensor& tensor, int64_t from) {
  std::vector<at::Tensor> tensors = {content_->is_staged(tensor) ? tensor.cpu() : tensor};
  c10d::BroadcastOptions options;
  options.rootRank = from;
  options.timeout = content_->timeout;
  return std::make_unique<PendingWork>(content_->backend_of(tensor).broadcast(tensors, options), tensors[0], tensor);
}

const char* CollectiveBackend::name() const { return content_->accelerator ? "nccl" : "gloo"; }

#else  // A LibTorch without c10d, or no headers of Gloo: one process only.

namespace {

[[noreturn]] void throw_missing() {
  throw usage_error(
      "this build knows one process only: Gloo's headers were missing (Debian: libgloo-dev). Install them and build "
      "again");
}

}  // namespace

struct SharedStore::Content {};
SharedStore::SharedStore(std::unique_ptr<Content> content) : content_(std::move(content)) {}
SharedStore::~SharedStore() = default;
std::unique_ptr<SharedStore> SharedStore::serve() { throw_missing(); }
std::unique_ptr<SharedStore> SharedStore::connect(const MeetingPoint&, const ProcessPlace&, std::chrono::milliseconds) {
  throw_missing();
}
uint16_t SharedStore::port() const { throw_missing(); }
void SharedStore::set(const std::string&, const std::string&) { throw_missing(); }
std::optional<std::string> SharedStore::get(const std::string&) { throw_missing(); }
std::string SharedStore::set_if_missing(const std::string&, const std::string&) { throw_missing(); }
std::unique_ptr<SharedStore> SharedStore::clone() { throw_missing(); }

struct CollectiveBackend::Content {};
CollectiveBackend::CollectiveBackend(SharedStore&, const ProcessPlace&, const torch::Device&,
                                     std::chrono::milliseconds) {
  throw_missing();
}
CollectiveBackend::~CollectiveBackend() = default;
std::unique_ptr<PendingCollective> CollectiveBackend::start_sum(const torch::Tensor&) { throw_missing(); }
std::unique_ptr<PendingCollective> CollectiveBackend::start_broadcast(const torch::Tensor&, int64_t) {
  throw_missing();
}
const char* CollectiveBackend::name() const { return "none"; }

#endif

}  // namespace itpn
