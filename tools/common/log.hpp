// SPDX-License-Identifier: MIT
// Messages for people, on stderr, one line each: "tool: what: why". Data goes to stdout instead.
#pragma once

#include <string>
#include <string_view>

namespace isletime {

class Log {
 public:
  enum class Level : int { kErrors, kNotices, kDetails };  // --quiet, the default, --verbose

  Log(std::string_view tool, Level level) : tool_(tool), level_(level) {}

  void error(std::string_view message) const { write(Level::kErrors, message); }
  void notice(std::string_view message) const { write(Level::kNotices, message); }
  void detail(std::string_view message) const { write(Level::kDetails, message); }
  // Returns whether detail() writes anything, so that frequent messages need not be composed for nothing.
  bool shows_details() const { return level_ == Level::kDetails; }

 private:
  void write(Level level, std::string_view message) const;

  std::string tool_;
  Level level_;
};

}  // namespace isletime
