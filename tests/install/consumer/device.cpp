// SPDX-License-Identifier: MIT
// A user's program: the query of the installed library's client is a packet to its parser.
#include "libsync/core/ntp_packet.hpp"
#include "libsync/policy/client.hpp"

int main() {
  isletime::Client client({});
  const auto query = client.poll({}, 42);
  if (!query) return 1;
  const auto packet = isletime::parse(*query);
  return packet && packet->header.mode == isletime::Mode::kClient ? 0 : 1;
}
