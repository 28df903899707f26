// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/broadcast_receiver.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libsync/posix/socket_address.hpp"

namespace isletime::sntpd {
namespace {

// The most datagrams that are read at one wake-up, so that a flood leaves time for other work.
constexpr int kMostAtOnce = 16;

}  // namespace

BroadcastReceiver::BroadcastReceiver(const Log& log) : log_(log) {
  auto watch = InterfaceWatch::open();
  if (watch) {
    watch_ = *std::move(watch);
  } else {
    log_.detail("interfaces that appear later are not listened to: " + to_string(watch.error()));
  }
}

void BroadcastReceiver::follow(std::vector<Endpoint> servers) {
  if (servers == servers_) return;
  servers_ = std::move(servers);
  look();
}

void BroadcastReceiver::append_polled(std::vector<pollfd>& polled) const {
  polled.push_back({watch_ ? watch_->descriptor() : -1, POLLIN, 0});
  for (const Ear& ear : ears_) polled.push_back({ear.socket.descriptor(), POLLIN, 0});
}

void BroadcastReceiver::step(std::span<const pollfd> polled,
                             const std::function<void(const HeardDatagram&)>& handle) {
  if (polled.empty()) return;
  for (std::size_t i = 1; i < polled.size(); ++i) {
    if (polled[i].revents == 0) continue;
    for (int n = 0; n < kMostAtOnce; ++n) {
      const auto heard = ears_[i - 1].socket.receive();
      if (!heard) break;
      handle(*heard);
    }
  }
  if (polled.front().revents != 0 && watch_->take_changed()) look();
}

// Sockets that are already open are kept, so that no datagram waiting in them is lost.
void BroadcastReceiver::look() {
  std::vector<Ear> ears;
  for (const BroadcastPlace& place : places_of(servers_, interface_addresses())) {
    const auto open =
        std::find_if(ears_.begin(), ears_.end(), [&](const Ear& ear) { return ear.place == place; });
    if (open != ears_.end()) {
      ears.push_back(std::move(*open));
      continue;
    }
    auto socket = GroupSocket::open(place.group, place.interface);
    if (socket) {
      log_.detail(fmt::format("{}: hearing broadcasts", to_string(place.group)));
      ears.push_back({place, *std::move(socket)});
    } else {
      log_.detail(fmt::format("{}: broadcasts cannot be heard: {}", to_string(place.group),
                              to_string(socket.error())));
    }
  }
  ears_ = std::move(ears);
}

}  // namespace isletime::sntpd
