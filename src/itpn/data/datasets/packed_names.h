// Many names in one piece of memory: 8 bytes and the name itself for each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace itpn {

// Numbers in foreign bytes, which need not be aligned and are not copied.
template <class T>
class Column {
 public:
  Column() = default;
  explicit Column(std::span<const std::byte> bytes) : bytes_(bytes) {}
  size_t size() const { return bytes_.size() / sizeof(T); }
  T operator[](size_t i) const {
    T value;
    std::memcpy(&value, bytes_.data() + i * sizeof(T), sizeof(T));
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
};

// Names in foreign bytes: all of them one after the other, and where each ends.
class NamesView {
 public:
  NamesView() = default;
  NamesView(Column<uint64_t> ends, std::string_view text) : ends_(ends), text_(text) {}
  size_t size() const { return ends_.size(); }
  // Stays inside the text whatever the ends say; "" beyond the last name.
  std::string_view operator[](size_t i) const {
    if (i >= size()) return {};
    const uint64_t begin = i == 0 ? 0 : std::min<uint64_t>(ends_[i - 1], text_.size());
    return text_.substr(begin, std::max(begin, ends_[i]) - begin);
  }
  // The names follow each other and fill the text.
  bool is_consistent() const {
    uint64_t end = 0;
    bool is_rising = true;
    for (size_t i = 0; i < ends_.size(); ++i) is_rising &= std::exchange(end, ends_[i]) <= ends_[i];
    return is_rising && end == text_.size();
  }
  std::vector<std::string> copy() const {
    std::vector<std::string> names;
    for (size_t i = 0; i < size(); ++i) names.emplace_back((*this)[i]);
    return names;
  }

 private:
  Column<uint64_t> ends_;
  std::string_view text_;
};

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
  NamesView view() const { return {Column<uint64_t>(std::as_bytes(std::span(ends_))), text_}; }
  std::string_view operator[](size_t i) const { return view()[i]; }
  const std::vector<uint64_t>& ends() const { return ends_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<uint64_t> ends_;
};

}  // namespace itpn
