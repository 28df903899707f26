// SPDX-License-Identifier: MIT
// The common parts of HTTP/1.1's requests and responses (RFC 9112): lines that come in pieces, and header
// fields. A line that is longer than its buffer is cut, and says so; the length of a whole head is limited.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/bytes.hpp"

namespace isletime::net {

constexpr char to_lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

constexpr std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char letter) { return letter == ' ' || letter == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Returns a number of 1 to 9 digits, and nothing for any other text.
constexpr std::optional<std::uint32_t> number_of(std::string_view text, std::uint32_t base = 10) {
  if (text.empty() || text.size() > (base == 10 ? 9U : 7U)) return std::nullopt;
  std::uint32_t value = 0;
  for (const char letter : text) {
    const char lower = to_lower(letter);
    std::uint32_t digit = base;
    if (lower >= '0' && lower <= '9') digit = static_cast<std::uint32_t>(lower - '0');
    if (lower >= 'a' && lower <= 'f') digit = static_cast<std::uint32_t>(lower - 'a' + 10);
    if (digit >= base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

struct HttpField {
  std::string_view name;
  std::string_view value;
};

// Returns nothing for a line without a name and a colon right after it (RFC 9112, section 5.1).
constexpr std::optional<HttpField> field_of(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view name = line.substr(0, colon);
  if (name.find_first_of(" \t") != std::string_view::npos) return std::nullopt;
  return HttpField{name, trimmed(line.substr(colon + 1))};
}

template <std::size_t kSize>
class HttpLine {
 public:
  // Takes bytes off the front; true if the line is complete.
  constexpr bool take(Bytes& bytes) {
    if (is_complete_) clear();
    while (!bytes.empty()) {
      const char letter = static_cast<char>(bytes.front());
      bytes = bytes.subspan(1);
      if (letter == '\n') {
        if (size_ > 0 && text_[size_ - 1] == '\r') --size_;
        is_complete_ = true;
        return true;
      }
      if (letter == '\0') has_zero_ = true;
      if (size_ < kSize) {
        text_[size_++] = letter;
      } else {
        is_cut_ = true;
      }
    }
    return false;
  }

  constexpr std::string_view text() const { return {text_.data(), size_}; }
  constexpr bool is_cut() const { return is_cut_; }
  constexpr bool has_zero() const { return has_zero_; }

  constexpr void clear() {
    size_ = 0;
    is_cut_ = has_zero_ = is_complete_ = false;
  }

 private:
  std::array<char, kSize> text_{};
  std::size_t size_ = 0;
  bool is_cut_ = false;
  bool has_zero_ = false;
  bool is_complete_ = false;
};

// The two fields that say where a body ends. Whoever sends several different lengths, or both forms, wants
// the next reader to see something else (RFC 9112, section 6.3).
class HttpFraming {
 public:
  constexpr void take(const HttpField& field) {
    if (equals_ignoring_case(field.name, "content-length")) {
      const auto length = number_of(field.value);
      if (!length || (length_ && *length_ != *length)) is_contradictory_ = true;
      length_ = length;
    } else if (equals_ignoring_case(field.name, "transfer-encoding")) {
      if (is_chunked_ || !equals_ignoring_case(field.value, "chunked")) is_unknown_ = true;
      is_chunked_ = true;
    }
  }

  constexpr std::optional<std::uint32_t> length() const { return length_; }
  constexpr bool is_chunked() const { return is_chunked_; }
  constexpr bool is_bad() const { return is_contradictory_ || is_unknown_ || (length_ && is_chunked_); }

 private:
  std::optional<std::uint32_t> length_;
  bool is_chunked_ = false;
  bool is_contradictory_ = false;
  bool is_unknown_ = false;
};

}  // namespace isletime::net
