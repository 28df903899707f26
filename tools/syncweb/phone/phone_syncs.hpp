// SPDX-License-Identifier: MIT
// Everything that the hub remembers of phones is here, in memory only.
#pragma once

#include "tools/syncweb/phone/confirmations.hpp"
#include "tools/syncweb/phone/exchange_sessions.hpp"
#include "tools/syncweb/phone/last_sync.hpp"

namespace isletime::syncweb {

struct PhoneSyncs {
  ExchangeSessions sessions;
  Confirmations confirmations;
  LastSyncs last;
};

}  // namespace isletime::syncweb
