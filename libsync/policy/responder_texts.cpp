// SPDX-License-Identifier: MIT
#include "libsync/policy/responder.hpp"

namespace isletime {

const char* to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::kDenied:
      return "denied by the access rules";
    case Refusal::kFromPortZero:
      return "sent from port 0";
    case Refusal::kFromOurselves:
      return "sent from our own address and port";
    case Refusal::kTooShort:
      return "shorter than an NTP header";
    case Refusal::kUnsupportedVersion:
      return "not NTP version 1 to 4";
    case Refusal::kBadMacLength:
      return "of a length that no MAC has";
    case Refusal::kBadExtensionField:
      return "with a malformed extension field";
    case Refusal::kNotARequest:
      return "not a request";
    case Refusal::kCryptoNak:
      return "a crypto-NAK";
    case Refusal::kUnsigned:
      return "not signed";
    case Refusal::kUnknownKey:
      return "signed with a key that is not known here";
    case Refusal::kKeyOfOthers:
      return "signed with a key that is not for their senders";
    case Refusal::kWrongMac:
      return "with a wrong signature";
    case Refusal::kLimited:
      return "beyond their senders' limits";
  }
  return "refused";
}

}  // namespace isletime
