// SPDX-License-Identifier: MIT
// JSON (RFC 8259) from untrusted input: size and depth are limited before anything is stored, a name may
// occur only once in an object, and a number keeps its original digits.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libsync/core/result.hpp"

namespace isletime {

struct JsonNumber {
  std::string text;
};
struct JsonMember;

struct JsonValue {
  using Array = std::vector<JsonValue>;
  using Object = std::vector<JsonMember>;                                              // in the order given
  std::variant<std::nullptr_t, bool, JsonNumber, std::string, Array, Object> content;  // null unless set

  // These return null if the value is of another kind.
  bool is_null() const { return std::holds_alternative<std::nullptr_t>(content); }
  const std::string* text() const { return std::get_if<std::string>(&content); }
  const JsonNumber* number() const { return std::get_if<JsonNumber>(&content); }
  const Array* array() const { return std::get_if<Array>(&content); }
  const Object* object() const { return std::get_if<Object>(&content); }
  std::optional<bool> flag() const;
  // Returns an object's member, or null.
  const JsonValue* find(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

struct JsonLimits {
  std::size_t size;   // bytes
  std::size_t depth;  // 1 means an object or an array of plain values
};

// An error is one sentence, which names the member if there is one.
Result<JsonValue, std::string> parse_json(std::string_view text, JsonLimits limits);

}  // namespace isletime
