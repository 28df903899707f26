// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/phone_setting.hpp"

#include <chrono>

#include "libsync/core/bytes.hpp"
#include "libsync/core/hex.hpp"
#include "libsync/core/text_reader.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime::firmware {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kBeforeNonce = "nonce=";
constexpr std::string_view kBeforeTime = "&time=";
constexpr std::size_t kNonceSize = std::tuple_size_v<PhoneSetting::Nonce>;

struct Request {
  std::uint64_t nonce;
  std::int64_t unix_milliseconds;
};

std::optional<Request> parse(std::string_view text) {
  constexpr std::size_t kMostDigits = 15;
  if (text.substr(0, kBeforeNonce.size()) != kBeforeNonce) return std::nullopt;
  text.remove_prefix(kBeforeNonce.size());
  const auto nonce = parse_hex<kNonceSize / 2>(text.substr(0, kNonceSize));
  if (!nonce || text.substr(kNonceSize, kBeforeTime.size()) != kBeforeTime) return std::nullopt;
  text.remove_prefix(kNonceSize + kBeforeTime.size());
  if (text.empty() || text.size() > kMostDigits) return std::nullopt;
  std::int64_t time = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    time = time * 10 + (c - '0');
  }
  return Request{load_be64(*nonce, 0), time};
}

}  // namespace

PhoneSetting::Nonce PhoneSetting::issue(std::uint64_t random, MonoTime now) {
  issued_[next_] = Issued{random, now};
  next_ = (next_ + 1) % issued_.size();
  std::array<std::uint8_t, kNonceSize / 2> bytes{};
  store_be64(bytes, 0, random);
  Nonce nonce{};
  TextWriter{nonce}.hex(bytes);
  return nonce;
}

Result<SignedSetting::Setting, SettingRefusal> PhoneSetting::verify(std::string_view request,
                                                                    MonoTime arrived) {
  const auto parsed = parse(request);
  if (!parsed) return Unexpected{SettingRefusal::kMalformed};
  constexpr std::int64_t kMost = nanoseconds::max() / milliseconds{1};
  if (parsed->unix_milliseconds > kMost) return Unexpected{SettingRefusal::kNoSuchTime};
  for (auto& issued : issued_) {
    if (!issued || issued->value != parsed->nonce) continue;
    const nanoseconds age = elapsed(issued->at, arrived);
    issued.reset();
    if (age > kNonceValidFor) return Unexpected{SettingRefusal::kExpiredNonce};
    // The phone's clock was read at some moment between the two, and cut off to a millisecond.
    const nanoseconds half = (age + milliseconds{1}) / 2;
    const nanoseconds claimed = milliseconds{parsed->unix_milliseconds};
    return SignedSetting::Setting{WallTime{saturated_sum(claimed, half)},
                                  {half + SignedSetting::kPersonsError.value}};
  }
  return Unexpected{SettingRefusal::kUnknownNonce};
}

}  // namespace isletime::firmware
