// SPDX-License-Identifier: MIT
#include "libsync/policy/time_forms.hpp"

namespace isletime {

std::string_view unsynchronised_object() {
  return R"({"error":"unsynchronised","message":"this clock has no time yet: connect it to an NTP server, or )"
         R"(set it by hand"})";
}

}  // namespace isletime
