// SPDX-License-Identifier: MIT
// Returns memory that only starting needed: free memory, and the pages of the program's code, which are
// loaded again when used.
#pragma once

namespace isletime::sntpd {

void shrink();

}  // namespace isletime::sntpd
