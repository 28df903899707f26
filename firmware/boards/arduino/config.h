// SPDX-License-Identifier: MIT
// The Wi-Fi network, the settings and the pins, which differ from device to device. Edit this file before the
// build.
#pragma once

#include <cstdint>

namespace isletime::config {

inline constexpr char kWifiName[] = "isletime";
inline constexpr char kWifiPassword[] = "change-me";  // "" for a network without one

// Pairs of a name and a value, separated by spaces; firmware/README.md has the table. For example
// "hub=192.168.4.1 zone=CET-1CEST,M3.5.0,M10.5.0/3 key=00112233445566778899aabbccddeeff".
inline constexpr char kSettings[] = "zone=UTC0";

// GPIO numbers. The button connects its pin with ground; the LED is the one on the board.
#if defined(ESP8266)
inline constexpr std::uint8_t kButton = 0;  // D3
inline constexpr std::uint8_t kLed = 2;     // D4
inline constexpr bool kLedIsOnWhenLow = true;
inline constexpr std::uint8_t kScl = 5;            // D1
inline constexpr std::uint8_t kSda = 4;            // D2
inline constexpr std::uint8_t kDisplayClock = 14;  // D5
inline constexpr std::uint8_t kDisplayData = 13;   // D7
inline constexpr std::uint8_t kDisplayLatch = 15;  // D8
inline constexpr std::uint8_t kLight = 17;         // A0
#else
inline constexpr std::uint8_t kButton = 0;  // "BOOT"
inline constexpr std::uint8_t kLed = 2;
inline constexpr bool kLedIsOnWhenLow = false;
inline constexpr std::uint8_t kScl = 25;
inline constexpr std::uint8_t kSda = 26;
inline constexpr std::uint8_t kDisplayClock = 27;
inline constexpr std::uint8_t kDisplayData = 12;
inline constexpr std::uint8_t kDisplayLatch = 14;
inline constexpr std::uint8_t kLight = 33;
#endif

}  // namespace isletime::config
