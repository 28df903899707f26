// SPDX-License-Identifier: MIT
// The requests of sntpctl to sntpd, as lines without line ends.
#pragma once

#include <string>

#include "libsync/record/sample_record.hpp"
#include "tools/sntpctl/options.hpp"

namespace isletime::sntpctl {

// Returns the request of any command except feed.
std::string request_json(const Options& options);
std::string feed_json(const SampleRecord& sample);

}  // namespace isletime::sntpctl
