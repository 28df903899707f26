// SPDX-License-Identifier: MIT
// Small files of a state folder, read whole and replaced whole: whenever the power fails, the disk
// fills or the process is killed, the file has either the old content or the new.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libsync/posix/state_folder.hpp"

namespace isletime {

// Absent: there is no such file. Longer than `most` bytes: StateFault::kTooLarge.
Result<std::optional<std::string>, StateError> read_state_file(const StateFolder& folder,
                                                               const std::string& name, std::size_t most);

// Returns the failure, if there was one. It waits for the disk.
std::optional<StateError> replace_state_file(const StateFolder& folder, const std::string& name,
                                             std::string_view content);

}  // namespace isletime
