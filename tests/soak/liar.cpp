// SPDX-License-Identifier: MIT
// soak_liar ADDRESS PORT: an upstream that must not be believed for long. It sends the truth, an hour too
// much, nonsense, a kiss-o'-death, nothing, everything twice, and the reply to another query.
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <vector>

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/service_socket.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tests/fakes/reply_maker.hpp"

using namespace isletime;

namespace {

using DatagramBytes = std::vector<std::uint8_t>;

std::vector<DatagramBytes> answers(unsigned number, const Header& query, WallTime received) {
  const auto of = [](const Header& header) { return fakes::with_trailer(header, {}); };
  const auto at = [&](nanoseconds ahead) {
    return fakes::honest_reply(query, to_ntp(received + ahead), to_ntp(wall_now() + ahead));
  };
  Header other = at({});
  other.origin = NtpTimestamp::from_raw(other.origin.raw() ^ 1);
  switch (number % 8) {
    case 0:
      return {of(at({}))};
    case 1:
      return {of(at(std::chrono::hours{1}))};
    case 2:
      return {DatagramBytes(7, 0xff), DatagramBytes(1400, 0x24), of(at({}))};
    case 3:
      return {of(fakes::kiss_reply(query, ReferenceId::ascii("INIT")))};
    case 4:
      return {};
    case 5:
      return {of(at({})), of(at({}))};
    case 6:
      return {of(other), of(at(-std::chrono::hours{24 * 365}))};
    default:
      return {fakes::with_trailer(at({}), {0, 0, 0, 0})};  // a crypto-NAK
  }
}

int lie(ServiceSocket& socket) {
  for (unsigned number = 0;;) {
    for (const Arrival& arrival : socket.receive(ServiceSocket::Wait::kForOne)) {
      const auto packet = parse(arrival.bytes);
      if (!packet) continue;
      const SocketAddress to = to_socket_address(arrival.from);
      for (const auto& bytes : answers(number++, packet->header, arrival.received)) {
        sendto(socket.descriptor(), bytes.data(), bytes.size(), 0, &to.generic, to.length);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto address = argc == 3 ? parse_address(argv[1]) : std::nullopt;
  std::uint16_t port = 0;
  if (!address) return EXIT_FAILURE;
  const std::string_view digits{argv[2]};
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  auto socket = ServiceSocket::open(Endpoint{address->address, port}, ServiceSocket::Sharing::kFirst);
  if (!socket) {
    std::fprintf(stderr, "soak_liar: %s\n", to_string(socket.error()).c_str());
    return EXIT_FAILURE;
  }
  return lie(*socket);
}
