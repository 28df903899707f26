// SPDX-License-Identifier: MIT
// The requests of sntpctl to sntpd, as lines without their end.
#pragma once

#include <string>

#include "libsync/record/sample_record.hpp"
#include "tools/sntpctl/options.hpp"

namespace isletime::sntpctl {

// For every command but feed.
std::string request_json(const Options& options);
std::string feed_json(const SampleRecord& sample);

}  // namespace isletime::sntpctl
