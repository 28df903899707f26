// SPDX-License-Identifier: MIT
#include "libsync/policy/broadcast_client.hpp"

namespace isletime {

const char* describe(BroadcastReject reject) {
  switch (reject) {
    case BroadcastReject::kTooShort:
      return "it is shorter than an NTP header";
    case BroadcastReject::kUnsupportedVersion:
      return "it is not NTP version 3 or 4";
    case BroadcastReject::kBadMacLength:
      return "it has a length that no MAC has";
    case BroadcastReject::kBadExtensionField:
      return "it has a malformed extension field";
    case BroadcastReject::kWrongAddress:
      return "it came from another address or port than the server's";
    case BroadcastReject::kNotABroadcast:
      return "it is not a broadcast";
    case BroadcastReject::kUnexpectedMac:
      return "it is signed by another key";
    case BroadcastReject::kUnsynchronised:
      return "the server says that its clock is not set (leap 3)";
    case BroadcastReject::kBadStratum:
      return "the server's stratum is not 1 to 15";
    case BroadcastReject::kZeroStamp:
      return "its transmit stamp is zero";
    case BroadcastReject::kRootDistance:
      return "the server is too far from its reference (root distance)";
    case BroadcastReject::kReplay:
      return "it is no newer than the last broadcast or reply (a replay)";
    case BroadcastReject::kNotCalibrated:
      return "the server has not answered yet, or not for an hour: its delay is unknown";
    case BroadcastReject::kLeapSecond:
      return "it was sent within 5 s of a leap second";
    case BroadcastReject::kDisagrees:
      return "it contradicts the server's last answer: it was held back, or sent again";
  }
  return "it is refused";
}

}  // namespace isletime
