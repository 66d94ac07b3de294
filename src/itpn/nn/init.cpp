#include "itpn/nn/init.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

#include <cmath>
#include <string>

#include "itpn/core/philox.h"

namespace itpn {
namespace {

constexpr double kDeviation = 0.02;

// FNV-1a: a name's own number, the same on every machine.
uint64_t number_of(const std::string& name) {
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

at::Generator generator_for(uint64_t seed, const std::string& name) {
  return at::detail::createCPUGenerator(RandomStream(seed, Purpose::kInitialisation, 0, number_of(name)).next_u64());
}

bool ends_with(const std::string& name, const std::string& end) { return name.ends_with(end); }

}  // namespace

void initialise_parameters(torch::nn::Module& module, uint64_t seed) {
  const torch::NoGradGuard no_grad;
  auto parameters = module.named_parameters();
  for (auto& item : parameters) {
    const std::string& name = item.key();
    torch::Tensor parameter = item.value();
    if ((parameter.dim() == 2 && ends_with(name, ".weight")) || ends_with(name, "_token")) {
      parameter.normal_(0.0, kDeviation, generator_for(seed, name));
    } else if (parameter.dim() == 4) {
      const double bound = 1.0 / std::sqrt(static_cast<double>(parameter[0].numel()));
      parameter.uniform_(-bound, bound, generator_for(seed, name));
      const std::string bias = name.substr(0, name.size() - std::string("weight").size()) + "bias";
      if (parameters.contains(bias)) parameters[bias].uniform_(-bound, bound, generator_for(seed, bias));
    }
  }
}

void initialise_normal(torch::Tensor parameter, const std::string& name, uint64_t seed, double deviation) {
  const torch::NoGradGuard no_grad;
  parameter.normal_(0.0, deviation, generator_for(seed, name));
}

}  // namespace itpn
