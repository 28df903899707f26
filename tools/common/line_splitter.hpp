// SPDX-License-Identifier: MIT
// Splits bytes, as they come, into lines. However long a line is, no more than its cap is kept.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace isletime {

class LineSplitter {
 public:
  struct Line {
    std::string text;  // without its end
    bool is_cut = false;
  };

  explicit LineSplitter(std::size_t longest) : longest_(longest) {}

  void add(std::string_view bytes) {
    for (;;) {
      const auto end = bytes.find('\n');
      const auto part = bytes.substr(0, end);
      const auto room = longest_ - current_.text.size();
      current_.text += part.substr(0, room);
      current_.is_cut |= part.size() > room;
      if (end == std::string_view::npos) return;
      finish_line();
      bytes.remove_prefix(end + 1);
    }
  }
  // No more bytes follow, so the rest is a line.
  void end() {
    if (!current_.text.empty()) finish_line();
  }
  std::optional<Line> next() {
    if (ready_.empty()) return std::nullopt;
    Line line = std::move(ready_.front());
    ready_.pop_front();
    return line;
  }

 private:
  void finish_line() { ready_.push_back(std::exchange(current_, {})); }

  std::size_t longest_;
  Line current_;
  std::deque<Line> ready_;
};

}  // namespace isletime
