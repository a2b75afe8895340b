#include "bcq/parallel.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace bcq {

unsigned thread_count() {
  constexpr unsigned kMaxThreads = 256;
  if (const char* text = std::getenv("BCQ_THREADS")) {
    const std::string_view view(text);
    unsigned count = 0;
    const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), count);
    if (error == std::errc{} && end == view.data() + view.size() && count > 0) return std::min(count, kMaxThreads);
  }
  return std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads);
}

void parallel_ranges(std::size_t count, const std::function<void(std::size_t, std::size_t)>& body) {
  const std::size_t threads = std::min<std::size_t>(thread_count(), count);
  if (threads <= 1) {
    if (count > 0) body(0, count);
    return;
  }
  std::exception_ptr failure;
  std::mutex failure_mutex;
  {
    std::vector<std::jthread> workers;
    for (std::size_t t = 0; t < threads; ++t) {
      workers.emplace_back([&, begin = count * t / threads, end = count * (t + 1) / threads] {
        try {
          body(begin, end);
        } catch (...) {
          const std::scoped_lock lock(failure_mutex);
          if (!failure) failure = std::current_exception();
        }
      });
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace bcq
