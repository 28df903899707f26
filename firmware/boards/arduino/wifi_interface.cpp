// SPDX-License-Identifier: MIT
#include "firmware/boards/arduino/wifi_interface.hpp"

#if defined(ESP8266)
#include <ESP8266WiFi.h>
#else
#include <WiFi.h>
#endif
#include <lwip/apps/sntp.h>
#include <lwip/netif.h>

#include "firmware/boards/arduino/chip.hpp"
#include "firmware/boards/arduino/config.h"
#include "firmware/kit/uptime.hpp"
#include "firmware/net/frame_times.hpp"
#include "firmware/net/interface.hpp"
#include "firmware/net/lwip_address.hpp"

namespace isletime {
namespace {

constexpr seconds kPatience{60};

struct Station {
  bool is_started = false;
  MonoTime had_address{};
};
Station station;

void begin() {
  const bool has_password = config::kWifiPassword[0] != '\0';
  WiFi.begin(config::kWifiName, has_password ? config::kWifiPassword : nullptr);
}

// The core joins again by itself; this is for when it has given up.
void join_again(MonoTime now) {
  if (now < station.had_address + kPatience) return;
  station.had_address = now;
  // Calls of the core take lwIP's lock themselves.
  const wifi::CallbacksMayRun meanwhile;
  WiFi.disconnect();
  begin();
}

}  // namespace

wifi::CallbacksMayRun::CallbacksMayRun() {
  if (station.is_started) chip::release_network();
}
wifi::CallbacksMayRun::~CallbacksMayRun() {
  if (station.is_started) chip::own_network();
}

void net::start_interface(const char* hostname) {
  chip::start_station(hostname);
  chip::own_network();
  station.is_started = true;
  // lwIP's client for SNTP keeps the server that DHCP names (option 42). The core may run that client, but
  // the time it gets is not used.
  sntp_servermode_dhcp(1);
  const wifi::CallbacksMayRun meanwhile;
  WiFi.setAutoReconnect(true);
  begin();
}

bool net::poll_interface() {
  const MonoTime now = firmware::uptime();
  if (interface() != nullptr) {
    station.had_address = now;
  } else {
    join_again(now);
  }
  return false;
}

// lwIP's timers are the core's business.
nanoseconds net::until_interface_timer() {
  return seconds{1};
}

netif* net::interface() {
  return WiFi.status() == WL_CONNECTED ? netif_default : nullptr;
}

std::optional<IpAddress> net::leased_ntp_server() {
  const ip_addr_t* const server = sntp_getserver(0);
  if (server == nullptr || ip_addr_isany(server)) return std::nullopt;
  return from_lwip(*server);
}

// lwIP's callbacks run in the core's task at the arrival of the frame.
MonoTime net::arrived() {
  return firmware::uptime();
}

MonoTime net::departed() {
  return firmware::uptime();
}

}  // namespace isletime
