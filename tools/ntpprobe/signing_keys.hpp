// SPDX-License-Identifier: MIT
// Reads the key file of --keys, which must contain the key that --key names.
#pragma once

#include <string>

#include "libsync/posix/key_file.hpp"
#include "tools/ntpprobe/options.hpp"

namespace isletime::ntpprobe {

// Returns the keys, or none without --keys. Fails with one line if --key is not among them.
Result<KeyRing, std::string> read_signing_keys(const Options& options);

}  // namespace isletime::ntpprobe
