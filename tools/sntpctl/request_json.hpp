// SPDX-License-Identifier: MIT
// What sntpctl asks of sntpd, as lines without their end.
#pragma once

#include <string>

#include "libsync/record/sample_record.hpp"
#include "tools/sntpctl/options.hpp"

namespace isletime::sntpctl {

// Of every command but feed.
std::string request_json(const Options& options);
std::string feed_json(const SampleRecord& sample);

}  // namespace isletime::sntpctl
