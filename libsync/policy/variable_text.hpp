// SPDX-License-Identifier: MIT
// The text in which control messages carry variables (RFC 9327, section 4): "name=value", separated by
// commas, in lines. Of the variables offered, it contains those that the request wants. An absent value
// leaves the name without text. Untrusted texts are made plain, and a variable that does not fit is left out
// completely.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/bytes.hpp"
#include "libsync/core/ntp_timestamp.hpp"
#include "libsync/core/reference_id.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/variable_list.hpp"

namespace isletime {

class VariableText {
 public:
  // Longer texts are truncated.
  static constexpr std::size_t kLongestText = 64;

  // Both arguments must outlive the object.
  VariableText(MutableBytes out, VariableList& list) : out_(out), list_(list) {}

  void number(std::string_view name, std::optional<std::int64_t> value);
  void hexadecimal(std::string_view name, std::uint32_t value);                // 0x1f
  void milliseconds(std::string_view name, std::optional<nanoseconds> value);  // with 6 decimals
  // Writes milliseconds, rounded up to 3 decimals, since ntpstat reads at most ten characters.
  void bound(std::string_view name, nanoseconds value);
  void frequency(std::string_view name, std::optional<Ppm> value);  // in ppm, with 3 decimals
  void stamp(std::string_view name, std::optional<NtpTimestamp> value);
  // Writes a code as letters, or an address as four numbers.
  void reference_id(std::string_view name, ReferenceId id, std::uint8_t stratum);
  // An empty text is left out.
  void word(std::string_view name, std::string_view text);
  void quoted(std::string_view name, std::string_view text);

  // Ends the last line and returns the number of bytes written.
  std::size_t finish();

 private:
  class Item;
  void add(const Item& item);

  MutableBytes out_;
  VariableList& list_;
  std::size_t size_ = 0;
  std::size_t line_ = 0;  // length of the last line
};

}  // namespace isletime
