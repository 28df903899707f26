// SPDX-License-Identifier: MIT
// The target of a request line (RFC 9112, section 3.2), percent-decoded (RFC 3986, section 2.1). A target
// with a control character, a NUL, or bytes that are no UTF-8 is refused as a whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/syncweb/message.hpp"

namespace isletime::syncweb {

struct Target {
  std::string path;
  std::vector<Field> query;              // "+" is a space
  std::optional<std::string> authority;  // of the absolute form; it takes the place of the Host field
};

inline constexpr std::size_t kMostParameters = 32;

// Returns nothing if the target is malformed, neither a path nor an http URI, or has too many parameters.
std::optional<Target> parse_target(std::string_view text);

}  // namespace isletime::syncweb
