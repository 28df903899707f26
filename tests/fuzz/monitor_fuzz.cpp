// SPDX-License-Identifier: MIT
// Control messages: the input is the state of the clock and its sources, the access rules, two addresses, the
// arrival timestamp, and the request.
#include <array>
#include <string>
#include <vector>

#include "libsync/policy/monitor.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

constexpr std::array kAnyone{AccessRule{Prefix{{0, 0}, 0}, Access::kAllow}};

std::string_view text(fuzz::Input& input) {
  const Bytes bytes = input.bytes(input.u8());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

nanoseconds duration(fuzz::Input& input) {
  return nanoseconds{static_cast<std::int64_t>(input.u64())};
}

ServerState server_state(fuzz::Input& input) {
  ServerState state;
  state.leap = static_cast<Leap>(input.u8() % 4);
  state.stratum = input.u8();
  state.reference_id = {input.u32()};
  state.reference_time = input.wall_time();
  state.root_delay = {ShortTime::from_raw(input.u32()).to_nanoseconds()};
  state.root_dispersion = {ShortTime::from_raw(input.u32()).to_nanoseconds()};
  return state;
}

MonitoredSystem monitored_system(fuzz::Input& input) {
  MonitoredSystem system;
  system.source = static_cast<ClockSource>(input.u8() % 9);
  system.peer = input.u16();
  system.poll = static_cast<std::int8_t>(input.u8());
  if (input.u8() % 2 == 1) {
    system.offset = Offset{duration(input)};
    system.frequency = Ppm{static_cast<std::int64_t>(input.u64())};
    system.wander = Ppm{static_cast<std::int64_t>(input.u64())};
    system.jitter = Dispersion{duration(input)};
  }
  system.version = text(input);
  return system;
}

MonitoredPeer monitored_peer(fuzz::Input& input, std::uint16_t number) {
  constexpr std::array kSelections{PeerSelection::kRejected,  PeerSelection::kFalseticker,
                                   PeerSelection::kOutlier,   PeerSelection::kCandidate,
                                   PeerSelection::kInReserve, PeerSelection::kSystemPeer};
  MonitoredPeer peer;
  peer.association = number;
  const std::uint8_t flags = input.u8();
  peer.selection = kSelections[input.u8() % kSelections.size()];
  peer.is_configured = (flags & 1U) != 0;
  peer.is_signed = (flags & 2U) != 0;
  peer.is_loop = (flags & 4U) != 0;
  peer.reach = input.u8();
  peer.address = text(input);
  peer.name = text(input);
  if ((flags & 8U) != 0) {
    std::array<std::uint8_t, kHeaderSize> header{};
    for (std::uint8_t& byte : header) byte = input.u8();
    peer.server = parse_header(header);
    peer.heard = input.wall_time();
    peer.offset = Offset{duration(input)};
    peer.delay = Delay{duration(input)};
    peer.dispersion = Dispersion{duration(input)};
    peer.jitter = Dispersion{duration(input)};
  }
  return peer;
}

std::vector<AccessRule> access_rules(fuzz::Input& input) {
  std::vector<AccessRule> rules(input.u8() % 4);
  for (AccessRule& rule : rules) {
    rule.access = input.u8() % 2 == 0 ? Access::kDeny : Access::kAllow;
    rule.prefix.length = static_cast<std::uint8_t>(input.u8() % 129);
    rule.prefix.address = {input.u64(), input.u64()};
  }
  sort_by_precedence(rules);
  return rules;
}

void check_fragment(const ControlHeader& header, const ControlHeader& asked, Bytes bytes) {
  require(header.is_response && header.mode == Mode::kControl, "it says that it is a reply");
  require(header.version == asked.version && header.sequence == asked.sequence &&
              header.operation == asked.operation && header.association == asked.association,
          "what was asked is echoed");
  require(bytes.size() <= kControlHeaderSize + kMostControlData, "a fragment is short");
  require(bytes.size() % 4 == 0, "it is padded");
  require(control_data(bytes, header).has_value(), "it has the data that it says");
}

// Between our own quotation marks and line ends, no character could end a value.
void check_text(const std::string& data) {
  bool is_quoted = false;
  for (const char c : data) {
    require((c >= ' ' && c <= '~') || c == '\r' || c == '\n', "variables are plain text");
    if (c == '"') is_quoted = !is_quoted;
    require(!is_quoted || (c != ',' && c != '\r'), "no text has a comma or the end of a line");
  }
  require(!is_quoted, "each text ends");
  require(data.empty() || data.substr(data.size() - 2) == "\r\n", "the last line ends");
}

void check_reply(const ControlReply& reply, const Request& request, const Monitored& monitored) {
  const ControlHeader asked = *parse_control_header(request.bytes);
  require(reply.fragments() <= 3, "a reply is three fragments at most");
  std::string data;
  for (std::size_t i = 0; i < reply.fragments(); ++i) {
    const ControlFragment fragment = reply.fragment(i);
    const ControlHeader header = *parse_control_header(fragment.bytes());
    check_fragment(header, asked, fragment.bytes());
    require(header.offset == data.size(), "fragments follow each other");
    require(header.has_more == (i + 1 < reply.fragments()), "all but the last announce another");
    require(header.is_error == reply.is_error(), "an error is one throughout");
    require(!header.is_error || fragment.bytes().size() == kControlHeaderSize, "an error has no data");
    const Bytes part = fragment.bytes().subspan(kControlHeaderSize, header.count);
    data.append(part.begin(), part.end());
    for (const Endpoint& from : {request.from, request.to}) {
      const Request again{fragment.bytes(), from, request.from, request.received};
      require(!answer_control(again, {kAnyone, kAnyone}, monitored), "a reply is not answered");
    }
  }
  const bool is_list =
      !reply.is_error() && asked.operation == ControlOperation::kReadStatus && asked.association == 0;
  if (is_list) require(data.size() == 4 * monitored.peers.size(), "each source is listed");
  if (!is_list) check_text(data);
  const bool is_read =
      asked.operation == ControlOperation::kReadStatus || asked.operation == ControlOperation::kReadVariables;
  require(is_read || reply.is_error(), "nothing but reading is done");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  const ServerState state = server_state(input);
  const MonitoredSystem system = monitored_system(input);
  std::vector<MonitoredPeer> peers;
  const std::size_t count = input.u8() % 4;
  while (peers.size() < count) {
    peers.push_back(monitored_peer(input, static_cast<std::uint16_t>(peers.size() + 1)));
  }
  const auto rules = access_rules(input);
  const auto monitors = access_rules(input);
  const Endpoint from = input.endpoint();
  const Endpoint to = input.endpoint();
  const WallTime received = input.wall_time();
  const Request request{input.rest(), from, to, received};
  const Monitored monitored{state, system, peers};

  const auto reply = answer_control(request, {rules, monitors}, monitored);
  if (!reply) {
    require(to_string(reply.error())[0] != '\0', "a refusal has a reason");
    return 0;
  }
  require(decide(rules, from.address) == Access::kAllow && decide(monitors, from.address) == Access::kAllow,
          "only who is allowed both is answered");
  require(from.port != 0 && is_control_message(request.bytes), "it was a request");
  check_reply(*reply, request, monitored);
  return 0;
}
