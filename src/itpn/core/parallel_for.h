// Independent pieces of work on several threads, for code that knows no LibTorch.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace itpn {

// Calls work(i) once for each i below `count`, on up to `threads` threads (at least the caller's own). Of what they
// throw, the exception of the smallest i comes out, whatever the number of threads.
template <class Work>
void for_each_parallel(int64_t count, int64_t threads, const Work& work) {
  std::atomic<int64_t> next = 0;
  std::atomic<bool> has_failed = false;
  std::mutex mutex;
  std::exception_ptr failure;
  int64_t failed = count;
  const auto run = [&]() noexcept {
    while (!has_failed) {
      const int64_t i = next++;
      if (i >= count) return;
      try {
        work(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        has_failed = true;
        if (i < failed) failure = std::current_exception();
        failed = std::min(failed, i);
      }
    }
  };
  {
    std::vector<std::jthread> others;
    for (int64_t t = 1; t < std::min(threads, count); ++t) others.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace itpn
