// SPDX-License-Identifier: MIT
// The names in a request for variables (RFC 9327, section 4), separated by commas and optional spaces;
// anything after a "=" is ignored. A request without names means all variables.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "libsync/core/bytes.hpp"
#include "libsync/core/control_message.hpp"

namespace isletime {

class VariableList {
 public:
  // `data` must outlive the object, and have at most kMostControlData bytes; a longer list counts as one
  // without a known name.
  explicit VariableList(Bytes data);

  // Returns whether the request asks for a variable that exists.
  bool wants(std::string_view name);
  // Call this after offering all variables that exist: returns whether the request names no other.
  bool were_all_known() const { return known_ == names_ && !is_too_long_; }

 private:
  static constexpr std::size_t kMostNames = kMostControlData / 2;

  template <class Visit>
  void for_each_name(Visit visit) const;

  Bytes data_;
  std::size_t names_ = 0;
  std::size_t known_ = 0;
  std::array<bool, kMostNames> is_known_{};
  bool is_too_long_ = false;
};

}  // namespace isletime
