// SPDX-License-Identifier: MIT
// The reason why a request of a phone is not done: a word for programs and a clause for people, as
// error_response() says them.
#pragma once

#include <string>

#include "tools/syncweb/message.hpp"

namespace isletime::syncweb {

struct Refusal {
  Status status = Status::kBadRequest;
  std::string name;     // "bad-stamp"
  std::string message;  // a clause for people
};

inline Response refusal_response(const Refusal& refusal) {
  return error_response(refusal.status, refusal.name, refusal.message);
}

}  // namespace isletime::syncweb
