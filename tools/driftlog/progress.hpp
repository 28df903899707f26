// SPDX-License-Identifier: MIT
// Shows the progress of the experiment in a line of the terminal that is overwritten. Without a terminal it
// prints nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libsync/core/time_types.hpp"

namespace isletime::driftlog {

// Returns "row 12, 3 h 20 min left".
std::string progress_text(std::int64_t rounds, std::optional<nanoseconds> left);

class Progress {
 public:
  explicit Progress(bool is_shown) : is_shown_(is_shown) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  bool is_shown() const { return is_shown_; }
  void show(const std::string& text);
  // Call this before anything else is written to the terminal.
  void clear();

 private:
  bool is_shown_;
  bool is_there_ = false;
};

}  // namespace isletime::driftlog
