// Rows in parallel: the only use of threads in the model.
#pragma once

#include <cstddef>
#include <functional>

namespace bcq {

/// Threads used by parallel_ranges: the environment variable BCQ_THREADS, or else the hardware's.
[[nodiscard]] unsigned thread_count();

/// Splits [0, count) into contiguous ranges, one per thread, and calls body(begin, end) on each. The first exception is
/// rethrown. Callers write disjoint rows only, so results do not depend on the number of threads.
void parallel_ranges(std::size_t count, const std::function<void(std::size_t, std::size_t)>& body);

}  // namespace bcq
