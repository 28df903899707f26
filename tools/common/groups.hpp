// SPDX-License-Identifier: MIT
// The groups of the system whose members may use sntpd's control socket for more than looking.
#pragma once

namespace isletime {

inline constexpr const char* kControlGroup = "isletime";    // may change everything
inline constexpr const char* kFeedGroup = "isletime-feed";  // for programs, which may only feed samples

}  // namespace isletime
