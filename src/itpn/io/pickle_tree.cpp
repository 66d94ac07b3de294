#include "itpn/io/pickle_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "itpn/core/errors.h"
#include "itpn/core/utf8.h"

namespace itpn {
namespace {

constexpr size_t kMaxDepth = 64, kMaxVisits = 1'000'000, kMaxNameBytes = 16ULL << 20;
constexpr size_t kMaxValueDepth = 2, kMaxTextBytes = 1ULL << 20;
// Of what outlives the walk. Several containers hold it, so these bounds are much tighter than those of the pickle.
constexpr size_t kMaxTensors = 50'000, kMaxTensorBytes = 8ULL << 20, kMaxValueBytes = 2ULL << 20;
constexpr size_t kMaxLeftOutTypes = 100;
constexpr size_t kTreeEntryBytes = 128;  // memory of a value beside its name and text

class Walk {
 public:
  Walk(const Pickle& pickle, const std::string& where) : pickle_(pickle), where_(where) {}

  PickleContents run() {
    visit(pickle_.root, "", 0);
    require_distinct_names();
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
      case PickleKind::kForeign:
        add_left_out(pickle_.text(value), name);
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
      } else if (items[i].kind == PickleKind::kForeign) {
        add_left_out(pickle_.text(items[i]), name);
        continue;
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
    if (contents_.tensors.size() >= kMaxTensors) fail(fmt::format("more than {} tensors", kMaxTensors));
    // The same names and shapes may be reached by many ways, each of which makes a copy.
    tensor_bytes_ += name.size() + group_.size() + pickle_.tensors[tensor].shape.size() * sizeof(int64_t);
    if (tensor_bytes_ > kMaxTensorBytes) {
      fail(fmt::format("names and shapes of tensors take more than {} bytes", kMaxTensorBytes));
    }
    contents_.tensors.push_back({name, name == group_ ? "" : group_, tensor});
  }

  void require_distinct_names() const {
    std::vector<std::string_view> names;
    names.reserve(contents_.tensors.size());
    for (const NamedPickleTensor& tensor : contents_.tensors) names.push_back(tensor.name);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) fail(fmt::format("two tensors with the name '{}'", *twice));
  }

  // Nothing depends on these, so what is too much is left out; so are bytes that are no text, as values and as names,
  // which no writer takes.
  void add_value(const PickleValue& value, const std::string& name) {
    switch (value.kind) {
      case PickleKind::kText:
        add_text(pickle_.text(value), name);
        return;
      case PickleKind::kInteger:
        add_text(std::to_string(value.integer), name);
        return;
      case PickleKind::kFloat:
        add_text(fmt::to_string(value.real), name);
        return;
      case PickleKind::kBool:
        add_text(value.integer != 0 ? "true" : "false", name);
        return;
      default:
        return;
    }
  }

  void add_text(const std::string& text, const std::string& name) {
    if (text.size() > kMaxTextBytes) return;
    const size_t bytes = kTreeEntryBytes + name.size() + text.size();
    if (value_bytes_ + bytes > kMaxValueBytes || !is_utf8(text) || !is_utf8(name)) return;
    value_bytes_ += bytes;
    contents_.values[name] = text;
  }

  void add_left_out(const std::string& type, const std::string& name) {
    std::string shown = printable_bytes(type);
    std::replace(shown.begin(), shown.end(), ' ', '.');
    const auto known = contents_.left_out.find(shown);
    if (known != contents_.left_out.end()) {
      ++known->second.count;
    } else if (contents_.left_out.size() < kMaxLeftOutTypes) {
      contents_.left_out.emplace(std::move(shown), LeftOutValues{1, printable_bytes(name)});
    }
  }

  const Pickle& pickle_;
  const std::string& where_;
  PickleContents contents_;
  std::string group_;
  size_t visits_ = 0, name_bytes_ = 0, tensor_bytes_ = 0, value_bytes_ = 0;
};

}  // namespace

PickleContents list_pickle(const Pickle& pickle, const std::string& where) { return Walk(pickle, where).run(); }

}  // namespace itpn
