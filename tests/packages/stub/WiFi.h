// SPDX-License-Identifier: MIT
#pragma once

#include <Arduino.h>

enum wl_status_t { WL_IDLE_STATUS = 0, WL_CONNECTED = 3, WL_DISCONNECTED = 6 };

enum WiFiMode_t { WIFI_OFF = 0, WIFI_STA = 1 };
#if defined(ESP8266)
enum WiFiSleepType_t { WIFI_NONE_SLEEP = 0 };
#else
enum wifi_ps_type_t { WIFI_PS_NONE = 0 };
#endif

struct WiFiClass {
  void persistent(bool is_persistent);
  bool mode(WiFiMode_t mode);
#if defined(ESP8266)
  bool setSleepMode(WiFiSleepType_t type);
  bool hostname(const char* name);
#else
  bool setSleep(wifi_ps_type_t type);
  bool setHostname(const char* name);
#endif
  bool setAutoReconnect(bool is_on);
  wl_status_t begin(const char* network, const char* password);
  bool disconnect();
  wl_status_t status();
  std::uint8_t* macAddress(std::uint8_t* address);
  int hostByName(const char* name, IPAddress& address);
};
extern WiFiClass WiFi;
