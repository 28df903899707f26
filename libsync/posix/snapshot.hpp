// SPDX-License-Identifier: MIT
// A value that one thread publishes and others copy without ever waiting for it: a sequence lock over atomic
// words, so that a torn copy is detected and repeated.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace isletime {

template <class T>
class Snapshot {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit Snapshot(const T& value) { publish(value); }

  // Only one thread at a time may call this.
  void publish(const T& value) {
    Words words{};
    std::memcpy(words.data(), &value, sizeof value);
    const auto sequence = sequence_.load(std::memory_order_relaxed);
    sequence_.store(sequence + 1, std::memory_order_relaxed);  // odd: being written
    for (std::size_t i = 0; i < kWords; ++i) words_[i].store(words[i], std::memory_order_release);
    sequence_.store(sequence + 2, std::memory_order_release);
  }

  T read() const {
    Words words;
    for (;;) {
      const auto before = sequence_.load(std::memory_order_acquire);
      for (std::size_t i = 0; i < kWords; ++i) words[i] = words_[i].load(std::memory_order_acquire);
      if (before % 2 == 0 && sequence_.load(std::memory_order_relaxed) == before) break;
    }
    T value;
    std::memcpy(static_cast<void*>(&value), words.data(), sizeof value);
    return value;
  }

 private:
  static constexpr std::size_t kWords = (sizeof(T) + 7) / 8;
  using Words = std::array<std::uint64_t, kWords>;

  std::atomic<std::uint64_t> sequence_{0};
  std::array<std::atomic<std::uint64_t>, kWords> words_{};
};

}  // namespace isletime
