// SPDX-License-Identifier: MIT
// The input is eight bytes of an instant and a text. Both survive the way through the other form.
#include <string_view>

#include "libsync/core/rfc3339.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

void check_round_trip(WallTime time) {
  const auto written = format_rfc3339(time);
  const auto read = parse_rfc3339({written.data(), written.size()});
  require(read.has_value(), "what was written can be read");
  require(*read == time, "what was written is the same instant");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  check_round_trip(input.wall_time());

  const Bytes text = input.rest();
  const auto time = parse_rfc3339({reinterpret_cast<const char*>(text.data()), text.size()});
  if (time) check_round_trip(*time);
  return 0;
}
