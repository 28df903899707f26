// SPDX-License-Identifier: MIT
// A whole server's decision: the input is the state of its clock, its access rules, two addresses, the
// arrival timestamp, and the request.
#include <array>
#include <vector>

#include "libsync/policy/responder.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

nanoseconds short_time(fuzz::Input& input) {
  return ShortTime::from_raw(input.u32()).to_nanoseconds();
}

ServerState server_state(fuzz::Input& input) {
  ServerState state;
  state.leap = static_cast<Leap>(input.u8() % 4);
  state.stratum = input.u8();
  state.precision = static_cast<std::int8_t>(input.u8());
  state.reference_id = {input.u32()};
  state.reference_time = input.wall_time();
  state.root_delay = {short_time(input)};
  state.root_dispersion = {short_time(input)};
  state.growth_limit = {short_time(input)};
  state.not_before = input.wall_time();
  return state;
}

std::vector<AccessRule> access_rules(fuzz::Input& input) {
  std::vector<AccessRule> rules(input.u8() % 8);
  for (AccessRule& rule : rules) {
    rule.access = input.u8() % 2 == 0 ? Access::kDeny : Access::kAllow;
    rule.prefix.length = static_cast<std::uint8_t>(input.u8() % 129);
    rule.prefix.address = {input.u64(), input.u64()};
  }
  sort_by_precedence(rules);
  return rules;
}

void check_that_it_was_a_request(const Request& request) {
  const Header asked = parse_header(request.bytes);
  require(request.from.port != 0, "port 0 is not answered");
  switch (asked.mode) {
    case Mode::kClient:
    case Mode::kSymmetricActive:
      return;
    case Mode::kUnspecified:
      require(asked.version == 1 && request.from.port != 123, "mode 0 is a request of version 1 only");
      return;
    case Mode::kSymmetricPassive:
    case Mode::kServer:
    case Mode::kBroadcast:
    case Mode::kControl:
    case Mode::kPrivate:
      require(false, "modes 2 and 4 to 7 are not answered");
  }
}

void check_that_nobody_answers(const Reply& reply, const Request& request) {
  constexpr std::array kAnyone{AccessRule{Prefix{{0, 0}, 0}, Access::kAllow}};
  for (const Endpoint& from : {request.from, request.to}) {
    for (const Endpoint& to : {request.from, request.to}) {
      require(!parse_request({reply, from, to, request.received}, kAnyone), "a reply is not answered");
    }
  }
}

void check_header(const Header& header, const Header& asked) {
  require(header.version == asked.version, "the version is echoed");
  require(header.origin == asked.transmit, "the request's transmit stamp is echoed as origin");
  require(!header.receive.is_unset(), "the arrival is stamped");
  require(header.stratum <= kMaxStratum, "the stratum is at most 15");
  require((header.leap == Leap::kUnsynchronised) == (header.stratum == 0),
          "leap 3 and stratum 0 come together");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  const ServerState state = server_state(input);
  const auto rules = access_rules(input);
  const Endpoint from = input.endpoint();
  const Endpoint to = input.endpoint();
  const WallTime received = input.wall_time();
  const Request request{input.rest(), from, to, received};

  const auto parsed = parse_request(request, rules);
  if (!parsed) {
    require(to_string(parsed.error())[0] != '\0', "a refusal has a reason");
    return 0;
  }
  Reply reply = Account(state, received).answer(*parsed, received);
  require(reply.size() <= request.bytes.size(), "a reply is no longer than its request");
  require(decide(rules, from.address) == Access::kAllow, "only whom the rules allow is answered");
  check_that_it_was_a_request(request);
  check_that_nobody_answers(reply, request);

  const Header header = parse_header(reply);
  check_header(header, parse_header(request.bytes));
  if (!is_synchronised(state, received)) {
    require(header.leap == Leap::kUnsynchronised && header.stratum == 0, "an unset clock says so");
  }

  require(header.transmit.is_unset(), "the transmit stamp waits");
  stamp_transmit(reply, received);
  require(!parse_header(reply).transmit.is_unset(), "the transmit stamp is set");
  check_that_nobody_answers(reply, request);
  return 0;
}
