#include "tests/fuzz/counted_new.h"

#include <cstdlib>
#include <new>

namespace itpn::test {
namespace {

struct Counter : Allocations {
  bool is_counting = false;
  long fails_at = 0;
};
thread_local Counter counter;

}  // namespace

void start_counting(long fails_at) { counter = {{}, true, fails_at}; }

Allocations stop_counting() {
  const Allocations result = counter;
  counter = {};
  return result;
}

static void* allocate(size_t size) {
  if (counter.is_counting && ++counter.made == counter.fails_at) return nullptr;
  void* const block = std::malloc(size == 0 ? 1 : size);
  if (block && counter.is_counting) ++counter.alive;
  return block;
}

static void release(void* block) {
  if (block && counter.is_counting) --counter.alive;
  std::free(block);
}

}  // namespace itpn::test

void* operator new(size_t size) {
  if (void* const block = itpn::test::allocate(size)) return block;
  throw std::bad_alloc();
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return itpn::test::allocate(size); }
void* operator new[](size_t size) { return operator new(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return itpn::test::allocate(size); }
void operator delete(void* block) noexcept { itpn::test::release(block); }
void operator delete(void* block, size_t) noexcept { itpn::test::release(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { itpn::test::release(block); }
void operator delete[](void* block) noexcept { itpn::test::release(block); }
void operator delete[](void* block, size_t) noexcept { itpn::test::release(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { itpn::test::release(block); }
