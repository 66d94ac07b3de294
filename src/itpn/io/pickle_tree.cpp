#include "itpn/io/pickle_tree.h"

#include <fmt/format.h>

#include <set>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

constexpr size_t kMaxDepth = 64, kMaxVisits = 1'000'000, kMaxNameBytes = 16ULL << 20, kMaxValueBytes = 4096;
constexpr size_t kMaxValueDepth = 2;

class Walk {
 public:
  Walk(const Pickle& pickle, const std::string& where) : pickle_(pickle), where_(where) {}

  PickleContents run() {
    visit(pickle_.root, "", 0);
    return std::move(contents_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw checkpoint_error(fmt::format("{}: refused: {}", where_, what));
  }

  // The same list may be reached by many ways, and even lie in itself, so both depth and number of visits have bounds.
  void visit(const PickleValue& value, const std::string& name, size_t depth) {
    if (depth > kMaxDepth) fail(fmt::format("values nested more than {} deep", kMaxDepth));
    if (++visits_ > kMaxVisits) fail(fmt::format("more than {} values", kMaxVisits));
    switch (value.kind) {
      case PickleKind::kDict:
        visit_entries(value, name, depth);
        return;
      case PickleKind::kObject:
        if (pickle_.items(value)[1].kind == PickleKind::kDict) visit_entries(pickle_.items(value)[1], name, depth);
        return;
      case PickleKind::kList:
      case PickleKind::kTuple: {
        const std::vector<PickleValue>& items = pickle_.items(value);
        // What a list holds is too deep to count as a plain value of the file.
        for (size_t i = 0; i < items.size(); ++i) {
          visit(items[i], join(name, std::to_string(i)), depth + 1 + kMaxValueDepth);
        }
        return;
      }
      case PickleKind::kTensor:
        add_tensor(value.index, name);
        return;
      default:
        if (depth > 0 && depth <= kMaxValueDepth) add_value(value, name);
    }
  }

  void visit_entries(const PickleValue& dict, const std::string& name, size_t depth) {
    const std::vector<PickleValue>& items = pickle_.items(dict);
    for (size_t i = 0; i + 1 < items.size(); i += 2) {
      std::string key;
      if (items[i].kind == PickleKind::kText) {
        key = pickle_.text(items[i]);
      } else if (items[i].kind == PickleKind::kInteger) {
        key = std::to_string(items[i].integer);
      } else {
        fail(fmt::format("a key below '{}' that is neither text nor number", name));
      }
      if (depth == 0) group_ = key;
      visit(items[i + 1], join(name, key), depth + 1);
    }
  }

  std::string join(const std::string& name, const std::string& key) {
    name_bytes_ += name.size() + key.size() + 1;
    if (name_bytes_ > kMaxNameBytes) fail("names of more than 16 MiB");
    return name.empty() ? key : name + "." + key;
  }

  void add_tensor(size_t tensor, const std::string& name) {
    if (!names_.insert(name).second) fail(fmt::format("two tensors with the name '{}'", name));
    contents_.tensors.push_back({name, name == group_ ? "" : group_, tensor});
  }

  void add_value(const PickleValue& value, const std::string& name) {
    if (value.kind == PickleKind::kText && pickle_.text(value).size() <= kMaxValueBytes) {
      contents_.values[name] = pickle_.text(value);
    } else if (value.kind == PickleKind::kInteger) {
      contents_.values[name] = std::to_string(value.integer);
    } else if (value.kind == PickleKind::kFloat) {
      contents_.values[name] = fmt::to_string(value.real);
    } else if (value.kind == PickleKind::kBool) {
      contents_.values[name] = value.integer != 0 ? "true" : "false";
    }
  }

  const Pickle& pickle_;
  const std::string& where_;
  PickleContents contents_;
  std::set<std::string> names_;
  std::string group_;
  size_t visits_ = 0, name_bytes_ = 0;
};

}  // namespace

PickleContents list_pickle(const Pickle& pickle, const std::string& where) { return Walk(pickle, where).run(); }

}  // namespace itpn
