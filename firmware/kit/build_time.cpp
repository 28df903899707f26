// SPDX-License-Identifier: MIT
#include "firmware/kit/build_time.hpp"

namespace isletime::firmware {

WallTime build_time() {
  return WallTime{seconds{ISLETIME_BUILD_TIME}};  // Unix time, by the build
}

}  // namespace isletime::firmware
