// SPDX-License-Identifier: MIT
#include "libsync/policy/device_follower.hpp"

#include <algorithm>

namespace isletime {
namespace {

constexpr nanoseconds kShortestInterval = seconds{1};
// A server on the internet is somebody else's (RFC 4330, section 10: no less than 15 s).
constexpr nanoseconds kShortestToStrangers = seconds{16};
// A silent server is asked this often, at least, so that one that comes back is found soon.
constexpr nanoseconds kLongestAfterLosses = seconds{32};
// A server that is there but not synchronised yet.
constexpr nanoseconds kLongestAfterRefusals = seconds{16};

}  // namespace

DeviceFollower::DeviceFollower(const Config& config, DeviceClock& clock)
    : config_(config), clock_(clock), client_(client_config()), common_view_({.server = config.server}) {}

ClientConfig DeviceFollower::client_config() const {
  return {.server = config_.server,
          .precision = config_.precision,
          .shortest_interval = shortest_interval(),
          .longest_interval = kLongestAfterLosses,
          .interleaved = config_.interleaved,
          .era_pivot = clock_.built()};
}

nanoseconds DeviceFollower::shortest_interval() const {
  return is_private(config_.server.address) ? kShortestInterval : kShortestToStrangers;
}

std::optional<Query> DeviceFollower::poll(MonoTime now, std::uint64_t random) {
  return client_.poll(now, random);
}

void DeviceFollower::on_sent(MonoTime at) {
  client_.on_sent(clock_.free_time(at));
}

Result<MeasurementUse, Reject> DeviceFollower::on_datagram(Bytes bytes, const Endpoint& from, MonoTime at) {
  const auto measurement = client_.on_datagram({bytes, from, clock_.free_time(at)}, at);
  if (!measurement) {
    const Reject reject = measurement.error();
    if (is_final(reject)) {
      client_.set_interval(
          shorter(client_.interval() * 2, longer(client_.interval(), kLongestAfterRefusals)));
    }
    return Unexpected{reject};
  }
  const MeasurementUse use = clock_.on_measurement(*measurement, at);
  if (use == MeasurementUse::kFollowed || use == MeasurementUse::kStepped) followed_.emplace(*measurement);
  client_.set_interval(longer(clock_.estimator().interval(at), shortest_interval()));
  if (use == MeasurementUse::kStepped) common_view_.reset();
  const auto estimate = clock_.estimator().at(at);
  if (estimate) clock_.follow_broadcasts(common_view_.offset(at, *estimate), at);
  return use;
}

std::optional<BroadcastReject> DeviceFollower::on_broadcast(Bytes bytes, const Endpoint& from, MonoTime at) {
  const auto estimate = clock_.estimator().at(at);
  const auto refused = common_view_.on_datagram(bytes, from, at, clock_.free_time(at), estimate);
  if (!refused) clock_.follow_broadcasts(common_view_.offset(at, *estimate), at);
  return refused;
}

void DeviceFollower::on_link_up() {
  client_.forget_exchange();
  client_.set_interval(shorter(client_.interval(), shortest_interval()));
}

void DeviceFollower::set_server(const Endpoint& server, MonoTime now) {
  if (server == config_.server) return;
  config_.server = server;
  client_ = Client{client_config()};
  common_view_ = CommonView{{.server = server}};
  followed_.reset();
  clock_.on_server_changed(now);
}

}  // namespace isletime
