// SPDX-License-Identifier: MIT
// Unpredictable numbers, from libsodium.
#pragma once

#include <cstdint>

namespace isletime {

std::uint64_t random_u64();

}  // namespace isletime
