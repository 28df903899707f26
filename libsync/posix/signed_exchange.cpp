// SPDX-License-Identifier: MIT
#include "libsync/posix/signed_exchange.hpp"

#include "libsync/core/ntp_packet.hpp"

namespace isletime {

const char* name_of(SignatureFault fault) {
  switch (fault) {
    case SignatureFault::kNotSigned:
      return "not-signed";
    case SignatureFault::kCryptoNak:
      return "crypto-nak";
  }
  return "";
}

std::string text_of(SignatureFault fault, const Key& key) {
  const std::string number = std::to_string(key.id);
  switch (fault) {
    case SignatureFault::kNotSigned:
      return "its replies are not signed by key " + number;
    case SignatureFault::kCryptoNak:
      return "it does not know key " + number + " (crypto-NAK)";
  }
  return "";
}

std::string text_of_silence(const Key& key) {
  return "it may not know key " + std::to_string(key.id);
}

std::vector<std::uint8_t> signed_by(const Key& key, Bytes packet) {
  const SentMac mac(key, packet);
  std::vector<std::uint8_t> datagram(packet.begin(), packet.end());
  datagram.insert(datagram.end(), mac.bytes().begin(), mac.bytes().end());
  return datagram;
}

Result<Bytes, SignatureFault> check_signature(const Key& key, Bytes datagram) {
  const auto packet = parse(datagram);
  if (!packet) return datagram;
  if (is_signed_by(key, datagram)) return datagram.first(kHeaderSize);
  const bool is_nak = packet->mac && packet->mac->is_crypto_nak();
  return Unexpected{is_nak ? SignatureFault::kCryptoNak : SignatureFault::kNotSigned};
}

}  // namespace isletime
