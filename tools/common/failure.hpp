// SPDX-License-Identifier: MIT
// The reason why there is no measurement: a word for the record's `error`, and a clause for people.
#pragma once

#include <string>

namespace isletime {

struct Failure {
  std::string name;  // "timed-out", "kiss-rate"
  std::string text;
};

}  // namespace isletime
