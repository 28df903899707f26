// SPDX-License-Identifier: MIT
// A value or the reason for its absence, with std::expected's member names (GCC 12 in C++20 mode has no
// <expected>). E is a small enum or struct; nothing throws. Reading the value of a failed Result, or the
// error of a good one, is a bug of the caller.
#pragma once

#include <optional>
#include <utility>

#include "libsync/core/dialect.hpp"

namespace isletime {

template <class E>
struct Unexpected {
  E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

template <class T, class E>
class [[nodiscard]] Result {
 public:
  constexpr Result(const T& value) : value_(value) {}
  constexpr Result(T&& value) : value_(std::move(value)) {}
  constexpr Result(Unexpected<E> failure) : error_(std::move(failure.error)) {}

  constexpr bool has_value() const { return value_.has_value(); }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr const T& operator*() const& { return *value_; }
  constexpr T& operator*() & { return *value_; }
  constexpr T&& operator*() && { return *std::move(value_); }
  constexpr const T* operator->() const { return &*value_; }
  constexpr T* operator->() { return &*value_; }
  constexpr const E& error() const { return error_; }

 private:
  std::optional<T> value_;
  E error_{};
};

}  // namespace isletime
