// SPDX-License-Identifier: MIT
#include "tools/common/build_time.hpp"

namespace isletime {

WallTime build_time() {
  return WallTime{seconds{ISLETIME_BUILD_TIME}};
}

}  // namespace isletime
