// SPDX-License-Identifier: MIT
// ask_upstream KEY_FILE KEY VERSION ADDRESS PORT: queries a server as sntpd does, signed with a key of the
// file (0: unsigned). Prints "offset NANOSECONDS", or the reason for a failure, and then exits with 1.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "libsync/posix/key_file.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tests/fakes/one_query.hpp"

using namespace isletime;

namespace {

int fail(const std::string& why) {
  std::fprintf(stderr, "ask_upstream: %s\n", why.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return fail("expected KEY_FILE KEY VERSION ADDRESS PORT");
  const auto keys = read_key_file(argv[1]);
  if (!keys) return fail(keys.error());
  const auto id = static_cast<std::uint32_t>(std::stoul(argv[2]));
  const Key* key = keys->find(id);
  if (id != 0 && key == nullptr) return fail("no such key");
  const auto address = parse_address(argv[4]);
  if (!address) return fail("no such address");

  ClientConfig config;
  config.version = static_cast<std::uint8_t>(std::stoul(argv[3]));
  config.server = {address->address, static_cast<std::uint16_t>(std::stoul(argv[5]))};
  config.timeout = std::chrono::milliseconds{500};
  sntpd::Upstream upstream(config, key);
  const auto outcome = fakes::outcome_of(upstream);
  if (const auto* lost = std::get_if<sntpd::Lost>(&outcome)) {
    std::printf("%s\n", lost->why.c_str());
    return 1;
  }
  std::printf("offset %lld\n", static_cast<long long>(std::get<Measurement>(outcome).offset.value.count()));
  return 0;
}
