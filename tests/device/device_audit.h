// What a training step would do on a GPU, watched without one, on LibTorch's meta device: its tensors have a shape, a
// type and a device, but no content. Whatever wants content throws there: a host wait inside the step. The audit sees
// the rest.
#pragma once

#include <ATen/record_function.h>
#include <torch/nn/module.h>

#include <set>
#include <string>
#include <vector>

namespace itpn::test {

// Watches every operator that this thread calls, as long as it lives. One at a time.
class DeviceAudit {
 public:
  DeviceAudit();
  ~DeviceAudit();
  DeviceAudit(const DeviceAudit&) = delete;
  DeviceAudit& operator=(const DeviceAudit&) = delete;

  // Operators that got tensors of the host beside those of the device. Scalars may come from the host: a kernel takes
  // them as arguments.
  const std::vector<std::string>& mixed() const { return mixed_; }
  // Copies from the host for which it waits until the device has done everything before them.
  const std::vector<std::string>& waits() const { return waits_; }
  // Names of all operators, "aten::mm".
  const std::set<std::string>& operators() const { return operators_; }

  void record(const at::RecordFunction& function);

 private:
  at::CallbackHandle handle_;
  std::vector<std::string> mixed_, waits_;
  std::set<std::string> operators_;
};

// Parameters and buffers lose their content. Module::to() refuses that way.
void move_to_meta(torch::nn::Module& module);

}  // namespace itpn::test
