// SPDX-License-Identifier: MIT
// The names in a request for variables (RFC 9327, section 4): commas between, perhaps spaces around; anything
// behind a "=" is ignored. A request without names wants all variables.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "libsync/core/bytes.hpp"
#include "libsync/core/control_message.hpp"

namespace isletime {

class VariableList {
 public:
  // `data` outlives the object, and has kMostControlData bytes at most; a longer list is taken to hold no
  // known name.
  explicit VariableList(Bytes data);

  // Whether the request asks for a variable that exists.
  bool wants(std::string_view name);
  // To be asked after all variables that exist were offered: the request names no other.
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
