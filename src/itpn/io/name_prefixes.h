// What programs wrap around the names of a model's weights, and how it is taken off: the one owner of that.
//
// Two things come off. A chain of leading words ("module.", "_orig_mod.", "student.backbone.": any order, at most
// eight) that all names of the model share; and wrappers that stand anywhere in a name and are part of no model
// ("_orig_mod." of a compiled part).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace itpn {

// True for the names that a model has.
using NameTest = std::function<bool(const std::string&)>;

// `name` without the words that wrap parts of a model.
std::string without_inner_wrappers(std::string_view name);

// A prefix, and how many names behind it the model has.
struct PrefixScore {
  std::string prefix;  // "" or with its dot, "student.backbone."
  size_t names = 0;
};

struct PrefixChoice {
  std::string prefix;  // the one that leaves the most names that the model has; the shortest of several
  // Where a file holds several models of (nearly) as many names, and none is a moving average beside another: all of
  // them, sorted; `prefix` is then one of these. Else empty.
  std::vector<PrefixScore> models;
};

PrefixChoice choose_prefix(std::span<const std::string_view> names, const NameTest& is_wanted);

}  // namespace itpn
