// SPDX-License-Identifier: MIT
// The Wi-Fi of Arduino's core as the network's interface.
#pragma once

namespace isletime::wifi {

// Lets lwIP's callbacks run, if the network has been started.
class CallbacksMayRun {
 public:
  CallbacksMayRun();
  ~CallbacksMayRun();
  CallbacksMayRun(const CallbacksMayRun&) = delete;
  CallbacksMayRun& operator=(const CallbacksMayRun&) = delete;
};

}  // namespace isletime::wifi
