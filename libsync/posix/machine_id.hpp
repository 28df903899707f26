// SPDX-License-Identifier: MIT
// Which machine this is, as a digest of its machine-id(5), which must not be disclosed itself, and which of
// its boots.
#pragma once

#include <optional>
#include <string>

namespace isletime {

// Absent where the machine has none, as during its first boot.
std::optional<std::string> machine_id(const char* path = "/etc/machine-id");
// The boot id of random(4). Absent where the kernel has none.
std::optional<std::string> boot_id(const char* path = "/proc/sys/kernel/random/boot_id");

}  // namespace isletime
