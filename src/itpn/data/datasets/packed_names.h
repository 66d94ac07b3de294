// Many names in one piece of memory: 8 bytes and the name itself for each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace itpn {

class PackedNames {
 public:
  void reserve(size_t count, size_t bytes) {
    ends_.reserve(count);
    text_.reserve(bytes);
  }
  void add(std::string_view name) {
    text_ += name;
    ends_.push_back(text_.size());
  }
  size_t size() const { return ends_.size(); }
  std::string_view operator[](size_t i) const {
    const uint64_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }
  // Of memory, the names included.
  size_t bytes() const { return text_.capacity() + ends_.capacity() * sizeof(uint64_t); }
  size_t text_bytes() const { return text_.size(); }

 private:
  std::string text_;
  std::vector<uint64_t> ends_;
};

}  // namespace itpn
