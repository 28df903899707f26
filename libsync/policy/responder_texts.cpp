// SPDX-License-Identifier: MIT
#include "libsync/policy/responder.hpp"

namespace isletime {

const char* to_string(RequestRefusal refusal) {
  switch (refusal) {
    case RequestRefusal::kDenied:
      return "denied by the access rules";
    case RequestRefusal::kFromPortZero:
      return "sent from port 0";
    case RequestRefusal::kFromOurselves:
      return "sent from our own address and port";
    case RequestRefusal::kTooShort:
      return "shorter than an NTP header";
    case RequestRefusal::kUnsupportedVersion:
      return "not NTP version 1 to 4";
    case RequestRefusal::kBadMacLength:
      return "of a length that no MAC has";
    case RequestRefusal::kBadExtensionField:
      return "with a malformed extension field";
    case RequestRefusal::kNotARequest:
      return "not a request";
    case RequestRefusal::kCryptoNak:
      return "a crypto-NAK";
    case RequestRefusal::kUnsigned:
      return "not signed";
    case RequestRefusal::kUnknownKey:
      return "signed with a key that is not known here";
    case RequestRefusal::kKeyOfOthers:
      return "signed with a key that is not for their senders";
    case RequestRefusal::kWrongMac:
      return "with a wrong signature";
    case RequestRefusal::kLimited:
      return "beyond their senders' limits";
  }
  return "refused";
}

}  // namespace isletime
