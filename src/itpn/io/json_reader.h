// A pull parser for JSON that is too large for a tree: the caller asks for the values in their order and keeps what it
// needs. Only the text itself is in memory. Errors name the file, line and column.
//
//   reader.object([&](std::string_view key) {
//     if (key == "id") id = reader.integer(); else reader.skip();
//   });
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace itpn {

enum class JsonKind { kObject, kArray, kString, kNumber, kBoolean, kNull };

// Every function throws data_error where the text is not JSON (RFC 8259; a byte order mark is passed over) or the next
// value is of another kind. Numbers are rounded to the nearest double; those beyond its range are an error.
class JsonReader {
 public:
  // `text` must outlive the reader; `name` is that of the file, for messages.
  JsonReader(std::string_view text, std::string name);

  // Of the next value, which stays.
  JsonKind peek();

  // Calls on_member(key) for each member, which must take the value: exactly one of the functions here. The key is
  // valid until the next string is read.
  template <class OnMember>
  void object(const OnMember& on_member) {
    enter(JsonKind::kObject);
    while (next_member()) on_member(key());
    leave();
  }
  // Calls on_item() for each item, which must take it.
  template <class OnItem>
  void array(const OnItem& on_item) {
    enter(JsonKind::kArray);
    while (next_item()) on_item();
    leave();
  }

  double number();
  // A whole number of 64 bits, also one that is written as 3.0.
  int64_t integer();
  bool boolean();
  void null();
  // Valid until the next string is read.
  std::string_view string();
  // Any value, whatever is in it.
  void skip();
  // Nothing but blanks may follow.
  void end();

  // Where the next value, or the last one that was taken, begins.
  size_t place();
  size_t last_place() const { return token_; }
  // Throws data_error "NAME, line L, column C: WHAT" (columns are bytes).
  [[noreturn]] void fail_at(size_t place, const std::string& what) const;
  // At the value that was read last.
  [[noreturn]] void fail(const std::string& what) const { fail_at(token_, what); }

 private:
  void enter(JsonKind kind);
  void leave() { --depth_; }
  bool next_member();
  bool next_item();
  std::string_view key() const { return string_; }
  void expect(JsonKind kind);
  char next_character();
  bool take(char c);
  void take_word(std::string_view word);
  void read_string();
  void read_escape();
  uint32_t read_hex4();
  [[noreturn]] void fail_at_character();

  std::string_view text_;
  std::string name_;
  size_t at_ = 0;     // next character
  size_t token_ = 0;  // where the last value began
  int depth_ = 0;
  bool is_first_ = false;    // the next member or item is the first of its value
  std::string_view string_;  // the last one read, in the text or in `unescaped_`
  std::string unescaped_;
};

}  // namespace itpn
