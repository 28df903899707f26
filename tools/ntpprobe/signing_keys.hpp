// SPDX-License-Identifier: MIT
// The key that --key names, among those of --keys.
#pragma once

#include <string>

#include "libsync/posix/key_file.hpp"
#include "tools/ntpprobe/options.hpp"

namespace isletime::ntpprobe {

// Empty without --keys; else --key is one of them. Error: one line.
Result<KeyRing, std::string> read_signing_keys(const Options& options);

}  // namespace isletime::ntpprobe
