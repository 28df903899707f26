// SPDX-License-Identifier: MIT
// Identifies this machine by a digest of its machine-id(5), which must not be disclosed itself, and its
// current boot.
#pragma once

#include <optional>
#include <string>

namespace isletime {

// Returns nothing if the machine has no id, for example during its first boot.
std::optional<std::string> machine_id(const char* path = "/etc/machine-id");
// Returns the boot id of random(4), or nothing if the kernel has none.
std::optional<std::string> boot_id(const char* path = "/proc/sys/kernel/random/boot_id");

}  // namespace isletime
