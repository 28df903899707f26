// SPDX-License-Identifier: MIT
// The names in a request for variables (RFC 9327, section 4): commas between, perhaps spaces around, and
// what stands behind a "=" is of no interest. Without any, all are wanted.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "libsync/core/bytes.hpp"
#include "libsync/core/control_message.hpp"

namespace isletime {

class VariableList {
 public:
  // `data` outlives the object, and has kMostControlData bytes at most; of a longer list no name is known.
  explicit VariableList(Bytes data);

  // Whether a variable that exists is asked for.
  bool wants(std::string_view name);
  // After all that exist were offered: none was asked for that does not.
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
