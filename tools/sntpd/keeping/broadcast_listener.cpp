// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/broadcast_listener.hpp"

#include <utility>

#include "libsync/hub/discipline/free_time.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime::sntpd {

Offset BroadcastListener::moved(WallTime now, Offset books, double gain) const {
  const auto& exchange = client_.exchange();
  if (!exchange) return {};
  const nanoseconds steered = saturated_difference(books.value, books_.value);
  const nanoseconds gained = rounded(Seconds{elapsed(exchange->time, now)} * gain);
  return {saturated_difference(-steered, gained)};
}

std::optional<Measurement> BroadcastListener::take(const HeardDatagram& heard, const SinceExchange& since) {
  auto measured = validate(heard, since);
  if (!measured) {
    ++refused_;
    refusal_ = std::move(measured).error();
    return std::nullopt;
  }
  ++taken_;
  refusal_.clear();
  return *measured;
}

Result<Measurement, std::string> BroadcastListener::validate(const HeardDatagram& heard,
                                                             const SinceExchange& since) {
  const auto packet = parse(heard.bytes);
  if (!packet) return Unexpected{std::string{describe(as<BroadcastReject>(packet.error()))}};
  if (!is_signed_by(key_, heard.bytes)) {
    return Unexpected{"it is not signed by key " + std::to_string(key_.id)};
  }
  const auto measured =
      client_.on_datagram({heard.bytes.first(kHeaderSize), heard.from, heard.received}, since);
  if (!measured) return Unexpected{std::string{describe(measured.error())}};
  return *measured;
}

}  // namespace isletime::sntpd
