// SPDX-License-Identifier: MIT
// Reads the few members that a device needs of a JSON text (RFC 8259) that may come from anybody: the text is
// checked as a whole first, nesting is limited, nothing is copied, and texts with escapes are never decoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace isletime::firmware {

class JsonValue {
 public:
  static constexpr int kDeepest = 8;

  // Returns nothing unless the whole text is one value that is nested at most kDeepest deep.
  static std::optional<JsonValue> parse(std::string_view text);

  bool is_object() const { return text_.front() == '{'; }
  // Returns an element of an array, counted from 0, or nothing.
  std::optional<JsonValue> element(std::size_t index) const;
  // Returns a member of an object; nothing if it is absent, or there several times, which each reader would
  // understand differently. Names with escapes match nothing.
  std::optional<JsonValue> member(std::string_view name) const;
  // Returns the characters of a string without escapes.
  std::optional<std::string_view> plain_string() const;
  // Returns a number of digits alone, up to 999'999'999.
  std::optional<std::uint32_t> whole_number() const;

 private:
  explicit JsonValue(std::string_view text) : text_(text) {}

  std::string_view text_;  // a sound value without blanks around it
};

}  // namespace isletime::firmware
