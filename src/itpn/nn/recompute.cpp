#include "itpn/nn/recompute.h"

#include <torch/torch.h>

namespace itpn {
namespace {

using TokenFunction = std::function<torch::Tensor(const torch::Tensor&)>;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Recompute : torch::autograd::Function<Recompute> {
  // inputs: x, then the parameters.
  static torch::Tensor forward(AutogradContext* ctx, at::TensorList inputs, const TokenFunction& function) {
    ctx->saved_data["x_wants_gradient"] = inputs[0].requires_grad();
    ctx->save_for_backward(inputs.vec());
    ctx->saved_data["function"] = c10::IValue::make_capsule(c10::make_intrusive<Holder>(function));
    const torch::NoGradGuard no_grad;
    return function(inputs[0]);
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    variable_list inputs = ctx->get_saved_variables();
    inputs[0] = inputs[0].detach().requires_grad_(ctx->saved_data["x_wants_gradient"].toBool());
    const auto holder = c10::static_intrusive_pointer_cast<Holder>(ctx->saved_data["function"].toCapsule());
    torch::Tensor again;
    {
      const torch::AutoGradMode record(true);
      again = holder->function(inputs[0]);
    }
    variable_list wanted;
    for (const torch::Tensor& input : inputs) {
      if (input.requires_grad()) wanted.push_back(input);
    }
    const variable_list found = torch::autograd::grad({again}, wanted, {gradients[0]}, /*retain_graph=*/false,
                                                      /*create_graph=*/false, /*allow_unused=*/true);
    variable_list result;
    size_t next = 0;
    for (const torch::Tensor& input : inputs) result.push_back(input.requires_grad() ? found[next++] : torch::Tensor());
    result.emplace_back();  // the function itself has no gradient
    return result;
  }

 private:
  struct Holder : torch::CustomClassHolder {
    explicit Holder(TokenFunction f) : function(std::move(f)) {}
    TokenFunction function;
  };
};

}  // namespace

torch::Tensor recompute_in_backward(const std::function<torch::Tensor(const torch::Tensor&)>& function,
                                    const torch::Tensor& x, const std::vector<torch::Tensor>& parameters) {
  if (!torch::GradMode::is_enabled()) return function(x);
  variable_list inputs = {x};
  inputs.insert(inputs.end(), parameters.begin(), parameters.end());
  return Recompute::apply(at::TensorList(inputs), function);
}

}  // namespace itpn
