// SPDX-License-Identifier: MIT
#include "libsync/policy/signed_setting.hpp"

#include <algorithm>
#include <optional>

#include "libsync/core/bytes.hpp"
#include "libsync/core/hex.hpp"
#include "libsync/core/text_reader.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kHexSize = 32;
using SixteenBytes = std::array<std::uint8_t, kHexSize / 2>;

struct ParsedSetting {
  std::string_view signed_part;
  SixteenBytes nonce;
  std::uint64_t unix_milliseconds;
  SixteenBytes mac;
};

constexpr bool take_word(TextReader& reader, std::string_view word) {
  if (!reader.rest().starts_with(word)) return false;
  reader.take(word.size());
  return true;
}

constexpr std::optional<SixteenBytes> take_hex(TextReader& reader) {
  if (reader.rest().size() < kHexSize) return std::nullopt;
  return parse_hex<kHexSize / 2>(reader.take(kHexSize));
}

std::optional<ParsedSetting> parse(std::string_view request) {
  constexpr int kMostDigits = 18;
  TextReader reader{request};
  if (!take_word(reader, "nonce=")) return std::nullopt;
  const auto nonce = take_hex(reader);
  if (!nonce || !take_word(reader, "&time=")) return std::nullopt;
  std::uint64_t time = 0;
  int digits = 0;
  for (; reader.at_digit(); ++digits)
    time = digits < kMostDigits ? time * 10 + reader.digit() : reader.digit();
  const std::size_t signed_size = request.size() - reader.rest().size();
  if (digits == 0 || digits > kMostDigits || !take_word(reader, "&mac=")) return std::nullopt;
  const auto mac = take_hex(reader);
  if (!mac || !reader.at_end()) return std::nullopt;
  return ParsedSetting{{request.data(), signed_size}, *nonce, time, *mac};
}

std::optional<WallTime> to_wall(std::uint64_t unix_milliseconds) {
  constexpr auto kMost = static_cast<std::uint64_t>(nanoseconds::max() / milliseconds{1});
  if (unix_milliseconds > kMost) return std::nullopt;
  return WallTime{milliseconds{static_cast<std::int64_t>(unix_milliseconds)}};
}

Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

// The second half of a nonce is a MAC of the first, so that nobody else can make one for a later time. The
// MAC's message begins with a zero byte, as neither a request nor an NTP packet under the same key does.
SignedSetting::NonceBytes SignedSetting::nonce_of(MonoTime issued) const {
  std::array<std::uint8_t, 17> message{};
  const auto stamp = static_cast<std::uint64_t>(issued.time_since_epoch().count());
  store_be64(message, 1, random_);
  store_be64(message, 9, stamp);
  const Aes128Cmac::Tag tag = mac_.tag_of(message);
  NonceBytes nonce{};
  store_be64(nonce, 0, stamp);
  std::copy_n(tag.begin(), 8, nonce.begin() + 8);
  return nonce;
}

SignedSetting::Nonce SignedSetting::issue(MonoTime now) {
  last_issued_ = std::max(now, last_issued_ + nanoseconds{1});
  Nonce text{};
  TextWriter{text}.hex(nonce_of(last_issued_));
  return text;
}

Result<SignedSetting::Setting, SettingRefusal> SignedSetting::verify(std::string_view request,
                                                                     MonoTime arrived) {
  const auto parsed = parse(request);
  if (!parsed) return Unexpected{SettingRefusal::kMalformed};
  if (!attempts_.take(arrived)) return Unexpected{SettingRefusal::kTooMany};
  if (!is_equal_in_constant_time(mac_.tag_of(as_bytes(parsed->signed_part)), parsed->mac)) {
    return Unexpected{SettingRefusal::kWrongMac};
  }
  const MonoTime issued{nanoseconds{static_cast<std::int64_t>(load_be64(parsed->nonce, 0))}};
  if (nonce_of(issued) != parsed->nonce || issued > last_issued_) {
    return Unexpected{SettingRefusal::kUnknownNonce};
  }
  const nanoseconds age = std::max(elapsed(issued, arrived), nanoseconds::zero());
  if (age > kNonceValidFor) return Unexpected{SettingRefusal::kExpiredNonce};
  if (issued <= last_used_) return Unexpected{SettingRefusal::kUsedNonce};
  const auto claimed = to_wall(parsed->unix_milliseconds);
  if (!claimed) return Unexpected{SettingRefusal::kNoSuchTime};
  last_used_ = issued;
  // The person's clock was read at some moment between the nonce's issue and the request's arrival, and cut
  // off to a millisecond.
  const nanoseconds half = (age + milliseconds{1}) / 2;
  return Setting{WallTime{saturated_sum(claimed->time_since_epoch(), half)}, {half + kPersonsError.value}};
}

}  // namespace isletime
