// SPDX-License-Identifier: MIT
// Writes one JSON object (RFC 8259) member by member, in order. Absent values are left out; durations are in
// seconds with nine decimals.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libsync/core/time_types.hpp"

namespace isletime {

// Quotes a text; control characters are escaped.
std::string json_quoted(std::string_view text);
// Makes "[a,b]" of items that are already JSON.
std::string json_array(std::span<const std::string> items);

class JsonWriter {
 public:
  JsonWriter& text(std::string_view name, std::optional<std::string_view> value);
  JsonWriter& time(std::string_view name, WallTime value);
  JsonWriter& flag(std::string_view name, bool value);
  JsonWriter& count(std::string_view name, std::uint64_t value);
  JsonWriter& seconds(std::string_view name, std::optional<nanoseconds> value);
  // Also leaves out a number that is not finite, which JSON cannot express.
  JsonWriter& number(std::string_view name, std::optional<double> value, int decimals);
  // `json` must be JSON already.
  JsonWriter& raw(std::string_view name, std::string_view json);

  std::string object() const { return members_.empty() ? "{}" : members_ + '}'; }

 private:
  std::string members_;
};

}  // namespace isletime
