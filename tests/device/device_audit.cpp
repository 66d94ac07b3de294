#include "tests/device/device_audit.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <sstream>

namespace itpn::test {
namespace {

DeviceAudit*& current() {
  static thread_local DeviceAudit* audit = nullptr;
  return audit;
}

std::unique_ptr<at::ObserverContext> on_operator(const at::RecordFunction& function) {
  if (current()) current()->record(function);
  return nullptr;
}

// All tensors among the arguments, those of lists too.
std::vector<at::Tensor> tensors_of(c10::ArrayRef<const c10::IValue> arguments) {
  std::vector<at::Tensor> tensors;
  const auto add = [&](const c10::IValue& value) {
    if (value.isTensor() && value.toTensor().defined()) tensors.push_back(value.toTensor());
  };
  for (const c10::IValue& argument : arguments) {
    add(argument);
    if (!argument.isList()) continue;
    for (const c10::IValue& item : argument.toListRef()) add(item);
  }
  return tensors;
}

std::string describe(const std::string& name, const std::vector<at::Tensor>& tensors) {
  std::ostringstream text;
  text << name;
  for (const at::Tensor& tensor : tensors) text << " " << tensor.device() << tensor.sizes();
  return text.str();
}

}  // namespace

DeviceAudit::DeviceAudit()
    : handle_(at::addThreadLocalCallback(
          at::RecordFunctionCallback(on_operator).needsInputs(true).scopes({at::RecordScope::FUNCTION}))) {
  current() = this;
}

DeviceAudit::~DeviceAudit() {
  at::removeCallback(handle_);
  current() = nullptr;
}

void DeviceAudit::record(const at::RecordFunction& function) {
  const std::string name = function.name();
  operators_.insert(name);
  const std::vector<at::Tensor> tensors = tensors_of(function.inputs());
  const bool has_device = std::ranges::any_of(tensors, [](const at::Tensor& t) { return t.is_meta(); });
  const bool has_host = std::ranges::any_of(tensors, [](const at::Tensor& t) { return t.is_cpu() && t.dim() > 0; });
  if (name == "aten::copy_") {
    const bool is_waiting = has_device && has_host && !function.inputs()[2].toBool();
    if (is_waiting) waits_.push_back(describe(name, tensors));
  } else if (has_device && has_host) {
    mixed_.push_back(describe(name, tensors));
  }
}

void move_to_meta(torch::nn::Module& module) {
  const auto empty = [](const at::Tensor& tensor) {
    const at::Tensor like = torch::empty_like(tensor, torch::kMeta);
    tensor.unsafeGetTensorImpl()->shallow_copy_from(like.getIntrusivePtr());
  };
  for (const at::Tensor& parameter : module.parameters()) empty(parameter);
  for (const at::Tensor& buffer : module.buffers()) empty(buffer);
}

}  // namespace itpn::test
