// Random draws that were recorded: [["uniform", low, high, value], ["randint_inclusive", low, high, value],
// ["random", value], ...]. Stands in for a RandomStream and checks that the same draws are asked for.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace itpn::golden {

class ReplayedDraws {
 public:
  explicit ReplayedDraws(nlohmann::json draws) : draws_(std::move(draws)) {}
  // A list of plain numbers in [0, 1).
  static ReplayedDraws of_units(const nlohmann::json& values) {
    nlohmann::json draws = nlohmann::json::array();
    for (const auto& value : values) draws.push_back({"random", value});
    return ReplayedDraws(std::move(draws));
  }

  double uniform() { return take("random").at(1); }
  double uniform(double low, double high) {
    const auto& draw = take("uniform");
    check_range(draw, low, high);
    return draw.at(3);
  }
  int64_t integer(int64_t low, int64_t high) {
    const auto& draw = take("randint_inclusive");
    check_range(draw, static_cast<double>(low), static_cast<double>(high));
    return draw.at(3);
  }
  bool is_used_up() const { return next_ == draws_.size(); }

 private:
  const nlohmann::json& take(const std::string& kind) {
    if (next_ < draws_.size() && draws_[next_].at(0) == kind) return draws_[next_++];
    throw std::runtime_error("draw " + std::to_string(next_) + " is not the recorded one: wanted " + kind);
  }
  static void check_range(const nlohmann::json& draw, double low, double high) {
    const bool is_same = std::abs(draw.at(1).get<double>() - low) < 1e-12 * (1.0 + std::abs(low)) &&
                         std::abs(draw.at(2).get<double>() - high) < 1e-12 * (1.0 + std::abs(high));
    if (!is_same) throw std::runtime_error("a recorded draw is from another range: " + draw.dump());
  }

  nlohmann::json draws_;
  size_t next_ = 0;
};

}  // namespace itpn::golden
