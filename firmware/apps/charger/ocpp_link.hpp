// SPDX-License-Identifier: MIT
// The connection to the back end of the setting "backend": the wiring of an OcppClient to a WebSocket over
// TCP. A back end that is silent, says nonsense or closes is connected to anew, less and less often.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/apps/charger/ocpp_client.hpp"
#include "firmware/apps/charger/ocpp_message.hpp"
#include "firmware/apps/charger/web_socket.hpp"
#include "firmware/net/tcp_stream.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/device_clock.hpp"

namespace isletime::firmware {

class OcppLink {
 public:
  static constexpr nanoseconds kFirstPause = seconds{4};
  static constexpr nanoseconds kLongestPause = seconds{256};
  // From the connection's beginning until the server has agreed to a WebSocket.
  static constexpr nanoseconds kPatience = seconds{15};

  // `name`, which ends the path if that ends with a slash, and the clock must outlive the link.
  OcppLink(std::string_view name, DeviceClock& clock);
  OcppLink(const OcppLink&) = delete;
  OcppLink& operator=(const OcppLink&) = delete;

  // Sends what is due. Call this in every turn of the main loop, after net::poll().
  void turn(MonoTime now);
  MonoTime next_wakeup(MonoTime now) const;

  bool is_configured() const { return backend_.has_value(); }
  OcppClient& client() { return client_; }
  const OcppClient& client() const { return client_; }
  // Returns how the clock judged the back end's last time, or nothing if it told none.
  std::optional<Verdict> last_verdict() const { return last_verdict_; }
  std::uint32_t warnings() const { return warnings_; }

 private:
  struct Callbacks;  // what the network calls

  void connect(MonoTime now);
  void give_up(MonoTime now);
  void on_connected();
  void on_bytes(Bytes bytes);
  void on_message(MonoTime now);
  void take_time(const BackendTime& time);
  bool send(Opcode opcode, std::string_view payload);

  std::string_view name_;
  DeviceClock& clock_;
  std::optional<Backend> backend_;
  OcppClient client_;
  WebSocket socket_;
  net::TcpStream stream_;
  std::optional<unsigned> generation_;
  MonoTime next_try_{};
  MonoTime began_{};
  nanoseconds pause_{};
  std::optional<Verdict> last_verdict_;
  std::uint32_t warnings_ = 0;
  std::array<char, 448> text_{};
  std::array<std::uint8_t, 448 + WebSocket::kFrameOverhead> frame_{};
};

}  // namespace isletime::firmware
