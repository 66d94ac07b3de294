#include "itpn/engine/injected_faults.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <thread>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

constexpr const char* kVariable = "ITPN_INJECT";
constexpr double kSpike = 100.0;
constexpr std::array<std::string_view, 6> kKinds = {"loss", "gradient", "spike", "throw", "exit", "slow"};
constexpr std::chrono::seconds kSlow{3};

[[noreturn]] void refuse(std::string_view text) {
  throw usage_error(fmt::format("{}: '{}' is no fault; want one of {} as KIND@STEP, with :RANK for one process",
                                kVariable, text, fmt::join(kKinds, ", ")));
}

int64_t number_in(std::string_view digits, std::string_view whole) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number < 0) refuse(whole);
  return number;
}

}  // namespace

InjectedFaults::InjectedFaults(const std::string& text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const size_t at = one.find('@');
    if (at == std::string_view::npos) refuse(one);
    Fault fault{.kind = std::string(one.substr(0, at))};
    if (std::find(kKinds.begin(), kKinds.end(), fault.kind) == kKinds.end()) refuse(one);
    const std::string_view place = one.substr(at + 1);
    const size_t colon = place.find(':');
    fault.step = number_in(place.substr(0, colon), one);
    if (colon != std::string_view::npos) fault.rank = number_in(place.substr(colon + 1), one);
    faults_.push_back(fault);
  }
}

InjectedFaults InjectedFaults::from_environment() {
  const char* text = std::getenv(kVariable);
  return text == nullptr ? InjectedFaults() : InjectedFaults(text);
}

bool InjectedFaults::is_struck(const std::string& kind, int64_t step, int64_t rank) const {
  return std::any_of(faults_.begin(), faults_.end(), [&](const Fault& fault) {
    return fault.kind == kind && fault.step == step && (fault.rank < 0 || fault.rank == rank);
  });
}

double InjectedFaults::factor(const std::string& kind, int64_t step, int64_t rank) const {
  if (!is_struck(kind, step, rank)) return 1.0;
  return kind == "spike" ? kSpike : std::numeric_limits<double>::quiet_NaN();
}

void InjectedFaults::strike(int64_t step, int64_t rank) const {
  if (is_struck("throw", step, rank)) throw io_error(fmt::format("{} makes step {} throw", kVariable, step));
  if (is_struck("exit", step, rank)) ::_exit(1);
  if (is_struck("slow", step, rank)) std::this_thread::sleep_for(kSlow);
}

}  // namespace itpn
