// SPDX-License-Identifier: MIT
// The result of one round of queries to one host.
#pragma once

#include <string>
#include <variant>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/measurement.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/common/failure.hpp"

namespace isletime::probe {

struct Measured {
  Measurement sample;
  bool follows_us = false;  // the server's reference id is this machine's address
};

struct Finding {
  std::string host;  // as given
  WallTime time;
  std::variant<Failure, Measured> outcome;
};

SampleRecord record_of(const Finding& finding);

}  // namespace isletime::probe
