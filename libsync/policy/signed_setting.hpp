// SPDX-License-Identifier: MIT
// A person's setting of a device's clock over the network: the device gives out a nonce, and takes
// "nonce=NONCE&time=UNIX_MILLISECONDS&mac=MAC", where MAC is the AES-CMAC (RFC 4493) of what is before
// "&mac=", under the device's key. Each nonce is taken once and for a short time; the device keeps no list of
// them, so asking for many does no harm. Wrong attempts are limited: a flood of them keeps a person from
// setting the clock, but not the device from its work.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "libsync/core/aes_cmac.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/rate_limit.hpp"

namespace isletime {

enum class SettingRefusal : std::uint8_t {
  kTooMany,
  kMalformed,
  kWrongMac,
  kUnknownNonce,  // not given out by this device since its start
  kExpiredNonce,
  kUsedNonce,  // or an earlier one than the last that was used
  kNoSuchTime,
};

class SignedSetting {
 public:
  static constexpr std::size_t kKeySize = Aes128Cmac::kKeySize;
  static constexpr nanoseconds kNonceValidFor = seconds{30};
  // How far a person's own clock may be off; the same as syncweb --phone-error.
  static constexpr Dispersion kPersonsError{std::chrono::milliseconds{500}};

  // `random` must be unpredictable, and new at each start: nonces of an earlier start are void.
  SignedSetting(std::span<const std::uint8_t, kKeySize> key, std::uint64_t random)
      : mac_(key), random_(random) {}

  using Nonce = std::array<char, 32>;  // hexadecimal digits
  Nonce issue(MonoTime now);

  // The time at the instant of the request's arrival, by the person's clock.
  struct Setting {
    WallTime time;
    Dispersion bound;
  };
  Result<Setting, SettingRefusal> verify(std::string_view request, MonoTime arrived);

 private:
  struct Pace {
    static constexpr int kBurst = 4;
    static constexpr nanoseconds kInterval = seconds{1};
  };

  using NonceBytes = std::array<std::uint8_t, 16>;
  NonceBytes nonce_of(MonoTime issued) const;

  Aes128Cmac mac_;
  std::uint64_t random_;
  TokenBucket<Pace> attempts_;
  MonoTime last_issued_{};
  MonoTime last_used_{};  // when the nonce was issued
};

}  // namespace isletime
