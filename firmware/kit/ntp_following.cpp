// SPDX-License-Identifier: MIT
#include "firmware/kit/ntp_following.hpp"

#include "firmware/board.hpp"
#include "firmware/kit/settings.hpp"
#include "firmware/net/frame_times.hpp"
#include "firmware/net/network.hpp"
#include "firmware/net/next_hop.hpp"
#include "libsync/core/ntp_packet.hpp"

namespace isletime::firmware {
namespace {

constexpr std::uint32_t kLastPort = 0xffff;

}  // namespace

NtpFollowing::NtpFollowing(DeviceClock& clock)
    : follower_({}, clock),
      ntp_port_(static_cast<std::uint16_t>(number_setting("ntp-port", kNtpPort, kLastPort))) {}

void NtpFollowing::turn(MonoTime now) {
  if (generation_ != net::generation()) {
    generation_ = net::generation();
    const auto take_reply = [](void* context, const net::Arrival& arrival) {
      (void)static_cast<NtpFollowing*>(context)->follower_.on_datagram(arrival.bytes, arrival.from,
                                                                       arrival.at);
    };
    queries_.open(0, take_reply, this);
    follower_.on_link_up();
  }
  if (hub_ != net::hub()) {
    hub_ = net::hub();
    if (hub_) follower_.set_server({.address = *hub_, .port = ntp_port_}, now);
  }
  if (!can_query()) return;
  const auto query = follower_.poll(now, board::random());
  if (!query) return;
  if (queries_.send(follower_.server(), *query)) {
    follower_.on_sent(net::departed());
  } else {
    follower_.on_not_sent();
  }
}

void NtpFollowing::on_broadcast(const net::Arrival& arrival) {
  (void)follower_.on_broadcast(arrival.bytes, arrival.from, arrival.at);
}

bool NtpFollowing::can_query() const {
  return net::is_up() && hub_ && net::is_next_hop_known(*hub_);
}

MonoTime NtpFollowing::next_wakeup() const {
  return can_query() ? follower_.next_wakeup() : MonoTime::max();
}

}  // namespace isletime::firmware
