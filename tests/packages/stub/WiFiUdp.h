// SPDX-License-Identifier: MIT
#pragma once

#include <Arduino.h>

class WiFiUDP {
 public:
  ~WiFiUDP();
  std::uint8_t begin(std::uint16_t port);
  int beginPacket(IPAddress address, std::uint16_t port);
  std::size_t write(const std::uint8_t* bytes, std::size_t size);
  int endPacket();
  int parsePacket();
  int read(unsigned char* bytes, std::size_t size);
  IPAddress remoteIP();
  std::uint16_t remotePort();

 private:
  static constexpr std::size_t kLongest = 1472;

  int socket_ = -1;
  IPAddress remote_;
  std::uint16_t remote_port_ = 0;
  std::uint8_t sent_[kLongest];
  std::size_t to_send_ = 0;
  std::uint8_t received_[kLongest];
  std::size_t unread_ = 0;
};
