// SPDX-License-Identifier: MIT
// Arduino's two functions: the app has a main loop of its own.
#include <Arduino.h>

#include "firmware/app.hpp"
#include "firmware/board.hpp"

void setup() {
  isletime::board::start();
  isletime::board::stop(isletime::firmware::run());
}

void loop() {}
