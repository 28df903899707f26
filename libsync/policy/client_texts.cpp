// SPDX-License-Identifier: MIT
#include "libsync/policy/client.hpp"

namespace isletime {

RejectDescription describe(Reject reject) {
  switch (reject) {
    case Reject::kTooShort:
      return {"too-short", "the reply is shorter than an NTP header"};
    case Reject::kUnsupportedVersion:
      return {"unsupported-version", "the reply is not NTP version 1 to 4"};
    case Reject::kBadMacLength:
      return {"bad-mac-length", "the reply has a length that no MAC has"};
    case Reject::kBadExtensionField:
      return {"bad-extension-field", "the reply has a malformed extension field"};
    case Reject::kWrongAddress:
      return {"wrong-address", "the reply came from another address or port than was asked"};
    case Reject::kNotAReply:
      return {"not-a-reply", "the packet is not a server's reply"};
    case Reject::kDuplicate:
      return {"duplicate", "the reply is a duplicate"};
    case Reject::kLate:
      return {"late", "the reply came too late"};
    case Reject::kWrongOrigin:
      return {"wrong-origin", "the reply answers a query that was not ours (wrong origin)"};
    case Reject::kUnexpectedMac:
      return {"unexpected-mac", "the reply is signed, the query was not"};
    case Reject::kKissRate:
      return {"kiss-rate", "the server asks for fewer queries (RATE)"};
    case Reject::kKissDeny:
      return {"kiss-deny", "the server denies service (DENY or RSTR)"};
    case Reject::kKissOther:
      return {"kiss-other", "the server sent a kiss-o'-death"};
    case Reject::kUnsynchronised:
      return {"unsynchronised", "the server says that its clock is not set (leap 3)"};
    case Reject::kStratumZero:
      return {"stratum-zero", "the server says that it has no stratum (0)"};
    case Reject::kBadStratum:
      return {"bad-stratum", "the server's stratum is above 15"};
    case Reject::kZeroStamp:
      return {"zero-stamp", "the reply's receive or transmit stamp is zero"};
    case Reject::kBadTurnaround:
      return {"bad-turnaround", "the server's receive and transmit stamps contradict each other"};
    case Reject::kBadDelay:
      return {"bad-delay", "the reply's stamps give an impossible delay"};
    case Reject::kRootDistance:
      return {"root-distance", "the server is too far from its reference (root distance)"};
    case Reject::kLoop:
      return {"loop", "the server follows us (loop)"};
    case Reject::kLeapSecond:
      return {"leap-second", "it is within 5 s of a leap second, when servers disagree"};
  }
  return {"rejected", "the reply was rejected"};
}

}  // namespace isletime
