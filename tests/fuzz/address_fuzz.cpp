// SPDX-License-Identifier: MIT
// The input is an address or a prefix as text, and two numbers to compare with it. What is parsed can be
// written and parsed again as the same; a prefix contains exactly the addresses that agree with its bits.
#include <string>

#include "libsync/posix/socket_address.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

bool bit_of(IpAddress address, int i) {
  return ((i < 64 ? address.high >> (63 - i) : address.low >> (127 - i)) & 1) != 0;
}

bool agree(IpAddress a, IpAddress b, int bits) {
  for (int i = 0; i < bits; ++i) {
    if (bit_of(a, i) != bit_of(b, i)) return false;
  }
  return true;
}

void check_prefix(const Prefix& prefix, IpAddress stranger) {
  require(prefix.length <= 128, "a prefix has at most 128 bits");
  require(contains(prefix, prefix.address), "a prefix holds its own address");
  require(contains(prefix, stranger) == agree(prefix.address, stranger, prefix.length),
          "and whatever agrees with all of its bits");
}

void check_address(const Endpoint& endpoint) {
  const auto again = parse_address(address_text(endpoint));
  require(again == endpoint, "what was read can be written and read");
  require(to_endpoint(to_socket_address(endpoint)) == endpoint, "and used");
  const IpAddress address = endpoint.address;
  require(!address.is_loopback() || !address.is_any(), "an address is of one kind");
  require(address.is_v4() == (IpAddress::v4(address.v4_value()) == address), "IPv4 has one form");
  require(endpoint.scope == 0 || address.is_link_local_v6(), "only link-local addresses have an interface");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  const IpAddress stranger{input.u64(), input.u64()};
  const Bytes rest = input.rest();
  const std::string text{rest.begin(), rest.end()};
  if (const auto endpoint = parse_address(text)) check_address(*endpoint);
  if (const auto prefix = parse_prefix(text)) {
    check_prefix(*prefix, stranger);
    check_prefix(*prefix, {prefix->address.high, stranger.low});
  }
  check_address({stranger, 0, 0});
  return 0;
}
