// SPDX-License-Identifier: MIT
// The input is a datagram. A packet that parses is emitted again, byte for byte.
#include <algorithm>
#include <vector>

#include "libsync/core/ntp_packet.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

void check_extensions(const Packet& packet) {
  Bytes rest = packet.extensions;
  while (!rest.empty()) {
    const auto field = first_extension(rest);
    require(field.has_value(), "extensions are whole fields");
    require(field->body.data() == rest.data() + 4, "a field's body follows its type and length");
    const Bytes behind = after(rest, *field);
    require(behind.size() < rest.size(), "every field takes bytes");
    rest = behind;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes datagram{data, size};
  const auto packet = parse(datagram);
  if (!packet) return 0;

  require(emitted_size(*packet) == size, "a parsed packet is as long as its datagram");
  std::vector<std::uint8_t> emitted(size);
  require(emit(*packet, emitted) == size, "what was parsed can be emitted");
  require(std::equal(emitted.begin(), emitted.end(), data), "emit(parse(x)) is x");
  require(!emit(*packet, MutableBytes{emitted}.first(size - 1)), "nothing is emitted into too little space");

  require(packet->header.version >= kOldestVersion && packet->header.version <= kNewestVersion,
          "the version is 1 to 4");
  require(packet->header.version == 4 || packet->extensions.empty(), "only version 4 has extensions");
  check_extensions(*packet);
  return 0;
}
