// SPDX-License-Identifier: MIT
// Replies to monitoring programs in control messages (mode 6; RFC 9327): a request, its sender, and the state
// of the clock and its sources give the fragments of a reply, or the reason for silence. Access is read-only:
// a request that would change or enumerate something gets an error of 12 bytes. As replies are longer than
// requests, only clients that `monitors` allows get them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "libsync/core/bytes.hpp"
#include "libsync/core/control_message.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/access_rules.hpp"
#include "libsync/policy/responder.hpp"
#include "libsync/policy/server_state.hpp"

namespace isletime {

// RFC 9327, section 3.1: the kind of source that sets the clock.
enum class ClockSource : std::uint8_t {
  kUnspecified = 0,
  kLocal = 5,
  kNtp = 6,
  kOther = 7,
  kByHand = 8,
};

// RFC 9327, section 3.2. "#" is ntpq's tally.
enum class PeerSelection : std::uint8_t {
  kRejected = 0,
  kFalseticker = 1,  // x
  kOutlier = 3,      // -
  kCandidate = 4,    // +
  kInReserve = 5,    // #
  kSystemPeer = 6,   // *
};

struct MonitoredPeer {
  std::uint16_t association = 0;  // never 0
  PeerSelection selection = PeerSelection::kRejected;
  bool is_configured = false;  // false if another program feeds it
  bool is_signed = false;
  bool is_loop = false;
  std::string_view address{};  // a literal address without port, or empty
  std::uint16_t port = 0;
  std::string_view local_address{};  // our address as the peer sees it; empty if unknown
  std::string_view name{};           // empty if there is only the address
  std::uint8_t reach = 0;
  std::uint32_t losses = 0;           // consecutive
  std::optional<std::int8_t> poll{};  // log2 seconds
  std::optional<Header> server{};     // from its last reply
  std::optional<WallTime> heard{};    // time of its last sample
  std::optional<Offset> offset{};
  std::optional<Delay> delay{};
  std::optional<Dispersion> dispersion{};  // together with half of the delay it bounds the offset's error
  std::optional<Dispersion> jitter{};      // one sigma of the offset
};

struct MonitoredSystem {
  ClockSource source = ClockSource::kUnspecified;
  std::uint16_t peer = 0;  // the association of the system peer, or 0
  std::int8_t poll = 0;    // log2 seconds: the poll of that association, or of a future one
  std::int8_t shortest_poll = 0;
  std::optional<Offset> offset{};  // the rest that is still to be slewed
  std::optional<Ppm> frequency{};
  std::optional<Ppm> wander{};  // one sigma of the frequency
  std::optional<Dispersion> jitter{};
  std::string_view version{};
  std::string_view processor{};
  std::string_view operating_system{};
};

struct Monitored {
  ServerState state;  // as clients see it
  MonitoredSystem system;
  std::span<const MonitoredPeer> peers;
};

// One datagram of a reply.
class ControlFragment {
 public:
  ControlFragment(ControlHeader header, Bytes data);
  Bytes bytes() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, kControlHeaderSize + kMostControlData> bytes_{};
  std::size_t size_ = 0;
};

// The data of a reply, divided into fragments.
class ControlReply {
 public:
  static constexpr std::size_t kMostData = 4 * kMostControlData;

  // `request` is the request to answer. An error has no data.
  explicit ControlReply(const ControlHeader& request);
  static ControlReply of_error(const ControlHeader& request, ControlError error);

  void set_status(std::uint16_t status) { header_.status = status; }
  // The caller writes at most `size` bytes and passes their number to set_size.
  MutableBytes data() { return data_; }
  void set_size(std::size_t size) { size_ = size; }

  bool is_error() const { return header_.is_error; }
  std::size_t fragments() const;
  ControlFragment fragment(std::size_t index) const;  // index < fragments()

 private:
  ControlHeader header_;
  std::array<std::uint8_t, kMostData> data_{};
  std::size_t size_ = 0;
};

// Associations beyond this number are left out.
inline constexpr std::size_t kMostMonitoredPeers = kMostControlData / 4;

// `rules` says which clients get replies at all, `monitors` which of those may send these requests. Both are
// sorted by precedence.
struct ControlAccess {
  std::span<const AccessRule> rules;
  std::span<const AccessRule> monitors;
};

Result<ControlReply, RequestRefusal> answer_control(const Request& request, const ControlAccess& access,
                                                    const Monitored& monitored);

}  // namespace isletime
