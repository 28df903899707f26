// SPDX-License-Identifier: MIT
// Small files of a state folder, which are read and replaced as a whole: even if the power fails, the disk
// fills or the process is killed, a file has either its old content or the new.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libsync/posix/state_folder.hpp"

namespace isletime {

// Returns nothing if there is no such file. Fails with StateFault::kTooLarge beyond `most` bytes.
Result<std::optional<std::string>, StateError> read_state_file(const StateFolder& folder,
                                                               const std::string& name, std::size_t most);

// Returns the failure, if there was one. Waits for the disk. The new file has `mode`, whatever the old one
// had.
std::optional<StateError> replace_state_file(const StateFolder& folder, const std::string& name,
                                             std::string_view content, mode_t mode = kReadableByAll);

}  // namespace isletime
