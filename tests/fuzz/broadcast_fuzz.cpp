// SPDX-License-Identifier: MIT
// A listener to a server's broadcasts: the input is a sequence of replies, of honest and spoilt broadcasts,
// and of changes of the clock. A model knows what may be accepted.
#include <algorithm>
#include <optional>
#include <vector>

#include "libsync/policy/broadcast_client.hpp"
#include "libsync/policy/saturated.hpp"
#include "tests/fakes/reply_maker.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

constexpr Endpoint kServer{IpAddress::v4(0xc000'0207), 123};
constexpr int kMostSteps = 500;

class Play {
 public:
  explicit Play(fuzz::Input& input)
      : input_(input), client_({.server = kServer, .precision = static_cast<std::int8_t>(input.u8())}) {}

  void run() {
    for (int step = 0; step < kMostSteps && !input_.at_end(); ++step) {
      switch (input_.u8() % 5) {
        case 0:
          now_ =
              WallTime{saturated_sum(now_.time_since_epoch(), nanoseconds{std::int64_t{input_.u32()} << 10})};
          break;
        case 1:
          hear_answer();
          break;
        case 2:
          hear_broadcast();
          break;
        case 3:
          hear(input_.bytes(input_.u8()));
          break;
        case 4:
          client_.forget_exchange();
          has_exchange_ = false;
          break;
      }
    }
  }

 private:
  // Makes a measurement that a client which validates replies would accept.
  void hear_answer() {
    const Offset offset{
        nanoseconds{std::int64_t{static_cast<std::int32_t>(input_.u32())} << input_.u8() % 24}};
    Measurement m{now_, offset, {nanoseconds{input_.u32()}}, {nanoseconds{input_.u32() + 1}}, header(offset)};
    client_.on_exchange(m);
    has_exchange_ = true;
    latest_.reset();
  }

  Header header(Offset offset) {
    const NtpTimestamp there = to_ntp(WallTime{saturated_sum(now_.time_since_epoch(), offset.value)});
    Header h = fakes::honest_reply({}, there, there);
    h.leap = static_cast<Leap>(input_.u8() % 3);
    h.precision = static_cast<std::int8_t>(input_.u8());
    h.transmit = there.is_unset() ? NtpTimestamp::from_raw(1) : there;
    return h;
  }

  void hear_broadcast() {
    const Offset offset{
        nanoseconds{std::int64_t{static_cast<std::int32_t>(input_.u32())} << input_.u8() % 24}};
    Header h = header(offset);
    h.mode = Mode::kBroadcast;
    auto bytes = fakes::bytes_of(h);
    for (int faults = input_.u8() % 3; faults > 0; --faults) {
      const std::size_t at = input_.u8() % bytes.size();
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ input_.u8());
    }
    hear(bytes);
  }

  void hear(Bytes bytes) {
    const Endpoint from = input_.u8() % 4 == 0 ? input_.endpoint() : kServer;
    const SinceExchange since{{nanoseconds{static_cast<std::int32_t>(input_.u32())}}, {input_.u32() >> 8}};
    const Datagram datagram{bytes, from, now_};
    const bool had_exchange = client_.exchange().has_value();
    const auto result = client_.on_datagram(datagram, since);
    require(client_.exchange().has_value() == had_exchange,
            "no broadcast ends or begins what an answer said");
    if (!result) {
      require(describe(result.error())[0] != '\0', "a rejection has a reason");
      const auto again = client_.on_datagram(datagram, since);
      require(!again && again.error() == result.error(), "what is rejected changes nothing");
      return;
    }
    check(*result, from, parse_header(bytes), since);
    const auto replay = client_.on_datagram(datagram, since);
    require(!replay && replay.error() == BroadcastReject::kReplay, "a replay is one");
  }

  void check(const Measurement& m, const Endpoint& from, const Header& header, const SinceExchange& since) {
    require(from == kServer, "only the server is believed");
    require(has_exchange_, "nothing is believed before an answer");
    require(header.mode == Mode::kBroadcast && header.version >= 3, "a broadcast is one");
    require(header.leap != Leap::kUnsynchronised && header.stratum >= 1 && header.stratum <= kMaxStratum,
            "only a synchronised server is measured");
    require(!latest_ || header.transmit - *latest_ > nanoseconds::zero(), "each is newer than those before");
    latest_ = header.transmit;
    require(m.delay.value >= nanoseconds::zero(), "a delay that is assumed is not negative");
    const nanoseconds expected = saturated_sum(client_.exchange()->offset.value, since.moved.value);
    require(magnitude(saturated_difference(m.offset.value, expected)) <= m.dispersion.value,
            "it agrees with the answer within the bound that it states");
  }

  fuzz::Input& input_;
  BroadcastClient client_;
  WallTime now_{seconds{1'770'000'000}};
  std::optional<NtpTimestamp> latest_;
  bool has_exchange_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  Play{input}.run();
  return 0;
}
