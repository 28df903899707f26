// SPDX-License-Identifier: MIT
// The setting of a charger's clock by whoever stands before it, for a first set-up without any key: the phone
// gets a nonce and returns it with its time, "nonce=NONCE&time=UNIX_MILLISECONDS". Other sites' pages cannot
// read the nonce, and the time between the two bounds how old the phone's reading may be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/signed_setting.hpp"

namespace isletime::firmware {

class PhoneSetting {
 public:
  static constexpr nanoseconds kNonceValidFor = seconds{10};

  using Nonce = std::array<char, 16>;  // hexadecimal digits
  // `random` must be unpredictable.
  Nonce issue(std::uint64_t random, MonoTime now);

  // Each nonce is taken once. Returns the time at the instant of the request's arrival.
  Result<SignedSetting::Setting, SettingRefusal> verify(std::string_view request, MonoTime arrived);

 private:
  struct Issued {
    std::uint64_t value;
    MonoTime at;
  };

  std::array<std::optional<Issued>, 4> issued_{};  // the oldest is forgotten first
  std::size_t next_ = 0;
};

}  // namespace isletime::firmware
