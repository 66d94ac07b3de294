// The stack machine behind read_pickle; see pickle.h.
#pragma once

#include "itpn/io/pickle.h"

namespace itpn {

class PickleMachine {
 public:
  PickleMachine(std::span<const std::byte> bytes, size_t offset, const PickleOptions& options)
      : bytes_(bytes), offset_(offset), options_(options) {}

  // Runs to the end; once.
  Pickle run();
  size_t offset() const { return offset_; }

 private:
  // Each executes `op` if it is one of its kind and says whether it was.
  bool run_constant(uint8_t op);
  bool run_text(uint8_t op);
  bool run_container(uint8_t op);
  bool run_stack(uint8_t op);
  bool run_memo(uint8_t op);
  bool run_call(uint8_t op);

  [[noreturn]] void fail(const std::string& what) const;
  uint64_t number(size_t size);
  std::string bytes(uint64_t size);
  std::string line();
  void charge(size_t bytes);

  void push(const PickleValue& value);
  PickleValue pop();
  PickleValue& top();
  // The values above the last mark, which goes too.
  std::vector<PickleValue> pop_mark();
  PickleValue make(PickleKind kind, std::string text, std::vector<PickleValue> items);
  void push_integer(int64_t value);
  void push_long(uint64_t size);
  void append(const std::vector<PickleValue>& values);
  void set_items(const std::vector<PickleValue>& values);
  void put(uint64_t index);
  void get(uint64_t index);

  // In pickle_calls.cpp: what the known functions and classes make of their arguments.
  void push_global(const std::string& module, const std::string& name);
  PickleValue call(const PickleValue& function, const PickleValue& arguments);
  PickleValue left_out(const PickleValue& function);
  PickleValue rebuild_typed(const std::vector<PickleValue>& arguments);
  PickleValue make_ordered_dictionary(const PickleValue& arguments);
  PickleValue make_object(const PickleValue& type, const PickleValue& arguments);
  void build(PickleValue& object, const PickleValue& state);
  PickleValue load_persistent(const PickleValue& id);
  PickleStorage storage_of(const std::vector<PickleValue>& id);
  PickleValue rebuild_tensor(const std::vector<PickleValue>& arguments, bool has_dtype);
  std::vector<int64_t> sizes(const PickleValue& value) const;
  uint64_t count(const PickleValue& value, const char* what) const;
  const std::string& text(const PickleValue& value, const char* what) const;
  const std::vector<PickleValue>& arguments(const PickleValue& value, size_t least, size_t most) const;

  std::span<const std::byte> bytes_;
  size_t offset_ = 0;
  const PickleOptions& options_;
  Pickle result_;
  std::vector<PickleValue> stack_, memo_;
  size_t charged_ = 0;
};

}  // namespace itpn
