#include "itpn/io/pickle_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "itpn/core/errors.h"
#include "itpn/io/little_endian.h"

namespace itpn {
namespace {

constexpr size_t kMaxInstructions = 1'000'000, kMaxStack = 10'000, kMaxMemo = 100'000;
constexpr PickleKind kEmptySlot = PickleKind::kMark;  // of the memo

// The instructions that are known, by their names in Python's pickle.py.
enum Op : uint8_t {
  kMark = '(',
  kStop = '.',
  kPop = '0',
  kPopMark = '1',
  kDup = '2',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyList = ']',
  kEmptyDict = '}',
  kEmptyTuple = ')',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kProto = 0x80,
  kNewObj = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
};

}  // namespace

Pickle read_pickle(std::span<const std::byte> bytes, size_t& offset, const PickleOptions& options) {
  PickleMachine machine(bytes, offset, options);
  Pickle result = machine.run();
  offset = machine.offset();
  return result;
}

Pickle PickleMachine::run() {
  for (size_t done = 0; done < kMaxInstructions; ++done) {
    const auto op = static_cast<uint8_t>(number(1));
    if (op == kStop) {
      result_.root = pop();
      if (!stack_.empty()) fail("values are left over at its end");
      return std::move(result_);
    }
    if (op == kProto || op == kFrame) {
      if (op == kProto && number(1) > 5) fail("a protocol later than 5");
      if (op == kFrame) number(8);
      continue;
    }
    const bool known =
        run_memo(op) || run_constant(op) || run_text(op) || run_container(op) || run_stack(op) || run_call(op);
    if (!known) fail(fmt::format("unknown or refused instruction 0x{:02x} at byte {}", op, offset_ - 1));
  }
  fail(fmt::format("more than {} instructions", kMaxInstructions));
}

bool PickleMachine::run_constant(uint8_t op) {
  switch (op) {
    case kNone:
      push({});
      return true;
    case kNewTrue:
    case kNewFalse:
      push({PickleKind::kBool, {op == kNewTrue}});
      return true;
    case kBinInt1:
      push_integer(static_cast<int64_t>(number(1)));
      return true;
    case kBinInt2:
      push_integer(static_cast<int64_t>(number(2)));
      return true;
    case kBinInt:
      push_integer(static_cast<int32_t>(number(4)));
      return true;
    case kLong1:
      push_long(number(1));
      return true;
    case kBinFloat: {
      uint64_t bits = 0;  // big-endian, unlike everything else
      for (int i = 0; i < 8; ++i) bits = bits << 8 | number(1);
      PickleValue value{PickleKind::kFloat, {}};
      value.real = std::bit_cast<double>(bits);
      push(value);
      return true;
    }
    default:
      return false;
  }
}

bool PickleMachine::run_text(uint8_t op) {
  switch (op) {
    case kShortBinString:
    case kShortBinBytes:
    case kShortBinUnicode:
      push(make(PickleKind::kText, bytes(number(1)), {}));
      return true;
    case kBinString:
    case kBinBytes:
    case kBinUnicode:
      push(make(PickleKind::kText, bytes(number(4)), {}));
      return true;
    case kBinUnicode8:
      push(make(PickleKind::kText, bytes(number(8)), {}));
      return true;
    default:
      return false;
  }
}

bool PickleMachine::run_container(uint8_t op) {
  switch (op) {
    case kEmptyList:
      push(make(PickleKind::kList, "", {}));
      return true;
    case kEmptyDict:
      push(make(PickleKind::kDict, "", {}));
      return true;
    case kEmptyTuple:
      push(make(PickleKind::kTuple, "", {}));
      return true;
    case kTuple:
      push(make(PickleKind::kTuple, "", pop_mark()));
      return true;
    case kTuple1:
    case kTuple2:
    case kTuple3: {
      std::vector<PickleValue> items(op - kTuple1 + 1U);
      for (size_t i = items.size(); i-- > 0;) items[i] = pop();
      push(make(PickleKind::kTuple, "", std::move(items)));
      return true;
    }
    case kAppend:
      append({pop()});
      return true;
    case kAppends:
      append(pop_mark());
      return true;
    case kSetItem: {
      const PickleValue value = pop();
      set_items({pop(), value});
      return true;
    }
    case kSetItems:
      set_items(pop_mark());
      return true;
    default:
      return false;
  }
}

bool PickleMachine::run_stack(uint8_t op) {
  switch (op) {
    case kMark:
      push({PickleKind::kMark, {}});
      return true;
    case kPop:
      if (stack_.empty()) fail("it takes a value from an empty stack");
      stack_.pop_back();
      return true;
    case kPopMark:
      pop_mark();
      return true;
    case kDup:
      push(top());
      return true;
    default:
      return false;
  }
}

bool PickleMachine::run_memo(uint8_t op) {
  switch (op) {
    case kBinPut:
    case kLongBinPut:
      put(number(op == kBinPut ? 1 : 4));
      return true;
    case kMemoize:
      put(memo_.size());
      return true;
    case kBinGet:
    case kLongBinGet:
      get(number(op == kBinGet ? 1 : 4));
      return true;
    default:
      return false;
  }
}

bool PickleMachine::run_call(uint8_t op) {
  switch (op) {
    case kGlobal: {
      const std::string module = line();
      push_global(module, line());
      return true;
    }
    case kStackGlobal: {
      const std::string name = text(pop(), "a global's name");
      const std::string module = text(pop(), "a global's module");
      push_global(module, name);
      return true;
    }
    case kReduce:
    case kNewObj: {
      const PickleValue given = pop(), function = pop();
      push(op == kReduce ? call(function, given) : make_object(function, given));
      return true;
    }
    case kBuild: {
      const PickleValue state = pop();
      build(top(), state);
      return true;
    }
    case kBinPersId:
      push(load_persistent(pop()));
      return true;
    default:
      return false;
  }
}

void PickleMachine::fail(const std::string& what) const {
  throw checkpoint_error(fmt::format("{}: refused: {}", options_.where, what));
}

uint64_t PickleMachine::number(size_t size) {
  if (size > bytes_.size() - offset_) fail("it ends too early (the file is cut)");
  const uint64_t value = little_endian(bytes_, offset_, size);
  offset_ += size;
  return value;
}

std::string PickleMachine::bytes(uint64_t size) {
  if (size > bytes_.size() - offset_) fail("a text longer than the pickle (the file is cut or damaged)");
  charge(size);
  std::string text(reinterpret_cast<const char*>(bytes_.data()) + offset_, size);
  offset_ += size;
  return text;
}

std::string PickleMachine::line() {
  size_t end = offset_;
  while (end < bytes_.size() && bytes_[end] != std::byte{'\n'}) ++end;
  if (end == bytes_.size() || end - offset_ > 4096) fail("a name without end");
  std::string text(reinterpret_cast<const char*>(bytes_.data()) + offset_, end - offset_);
  offset_ = end + 1;
  return text;
}

// Counts memory that grows with the pickle, so that a small file cannot ask for much.
void PickleMachine::charge(size_t size) {
  charged_ += size;
  if (charged_ > options_.max_bytes) fail(fmt::format("its values take more than {} bytes", options_.max_bytes));
}

void PickleMachine::push(const PickleValue& value) {
  if (stack_.size() >= kMaxStack) fail(fmt::format("more than {} values on the stack", kMaxStack));
  stack_.push_back(value);
}

PickleValue PickleMachine::pop() {
  const PickleValue value = top();
  stack_.pop_back();
  return value;
}

PickleValue& PickleMachine::top() {
  if (stack_.empty() || stack_.back().kind == PickleKind::kMark) fail("it takes a value from an empty stack");
  return stack_.back();
}

std::vector<PickleValue> PickleMachine::pop_mark() {
  size_t at = stack_.size();
  while (at > 0 && stack_[at - 1].kind != PickleKind::kMark) --at;
  if (at == 0) fail("it wants a mark that is not there");
  std::vector<PickleValue> values(stack_.begin() + static_cast<std::ptrdiff_t>(at), stack_.end());
  stack_.resize(at - 1);
  return values;
}

PickleValue PickleMachine::make(PickleKind kind, std::string text, std::vector<PickleValue> items) {
  charge(sizeof(PickleNode) + items.size() * sizeof(PickleValue));
  PickleValue value{kind, {}};
  value.index = result_.nodes.size();
  result_.nodes.push_back({std::move(text), std::move(items)});
  return value;
}

void PickleMachine::push_integer(int64_t value) { push({PickleKind::kInteger, {value}}); }

// Two's complement of `size` bytes. What 64 bits do not hold (the older container's magic number, a seed) is no number
// to anyone here, and only has to be told from others.
void PickleMachine::push_long(uint64_t size) {
  const size_t start = offset_;
  const uint64_t held = std::min<uint64_t>(size, 8);
  uint64_t value = number(held);
  const bool is_negative = held > 0 && (value >> (8 * held - 1) & 1) != 0;
  if (is_negative && held < 8) value |= ~uint64_t{0} << (8 * held);
  if (bytes(size - held).find_first_not_of(is_negative ? '\xff' : '\0') == std::string::npos) {
    push_integer(static_cast<int64_t>(value));
    return;
  }
  offset_ = start;
  push(make(PickleKind::kLong, bytes(size), {}));
}

void PickleMachine::append(const std::vector<PickleValue>& values) {
  if (top().kind == PickleKind::kForeign) return;
  if (top().kind != PickleKind::kList) fail("it appends to something that is no list");
  charge(2 * values.size() * sizeof(PickleValue));
  auto& items = result_.nodes[top().index].items;
  items.insert(items.end(), values.begin(), values.end());
}

void PickleMachine::set_items(const std::vector<PickleValue>& values) {
  if (top().kind == PickleKind::kForeign) return;
  if (top().kind != PickleKind::kDict) fail("it sets items of something that is no dictionary");
  if (values.size() % 2 != 0) fail("a key without a value");
  charge(2 * values.size() * sizeof(PickleValue));
  auto& items = result_.nodes[top().index].items;
  items.insert(items.end(), values.begin(), values.end());
}

void PickleMachine::put(uint64_t index) {
  if (index >= kMaxMemo) fail(fmt::format("more than {} memo entries", kMaxMemo));
  const PickleValue value = top();
  if (index >= memo_.size()) memo_.resize(index + 1, PickleValue{kEmptySlot, {}});
  memo_[index] = value;
}

void PickleMachine::get(uint64_t index) {
  if (index >= memo_.size() || memo_[index].kind == kEmptySlot) fail(fmt::format("memo entry {} is not there", index));
  push(memo_[index]);
}

}  // namespace itpn
