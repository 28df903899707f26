// SPDX-License-Identifier: MIT
#pragma once

#include <Arduino.h>

class File {
 public:
  explicit operator bool() const;
  std::size_t size() const;
  std::size_t read(std::uint8_t* bytes, std::size_t size);
  std::size_t write(const std::uint8_t* bytes, std::size_t size);
  void close();
};

struct LittleFsClass {
#if defined(ESP8266)
  bool begin();
#else
  bool begin(bool format_on_fail = false);
#endif
  File open(const char* path, const char* mode);
};
extern LittleFsClass LittleFS;
