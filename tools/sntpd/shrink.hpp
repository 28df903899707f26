// SPDX-License-Identifier: MIT
// Gives back what starting took and resting does not need: free memory, and the pages of the program's
// code, which come again as they are used.
#pragma once

namespace isletime::sntpd {

void shrink();

}  // namespace isletime::sntpd
