// SPDX-License-Identifier: MIT
#include "tools/sntpd/build_time.hpp"

namespace isletime::sntpd {

WallTime build_time() {
  return WallTime{seconds{ISLETIME_BUILD_TIME}};
}

}  // namespace isletime::sntpd
