// SPDX-License-Identifier: MIT
// The state of one TCP connection, of the request that it makes at the moment, and of the stream of events
// that it may have become.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"
#include "tools/syncweb/hub/hub_link.hpp"
#include "tools/syncweb/message.hpp"
#include "tools/syncweb/serving/stream.hpp"

struct MHD_Connection;

namespace isletime::syncweb {

struct Connection;

// One request, from its first line until its response is sent.
struct Exchange {
  Connection* connection;
  std::string target;      // as it was sent
  std::string body = {};   // at most kLargestBody bytes
  bool has_begun = false;  // its header is complete
  bool is_too_large = false;
  std::size_t held = 0;                         // bytes of its response
  std::optional<HubLink::FeedId> awaited = {};  // the reply of sntpd, without which there is no response
  std::function<Response(const std::optional<HubReply>&)> then = {};
  std::optional<Response> late = {};  // after that reply
};

struct Connection {
  MHD_Connection* handle;
  int socket;
  Endpoint from;
  IpAddress to;
  bool is_secure;
  MonoTime deadline;  // of what it is doing; none for a stream
  MonoTime since;
  bool is_suspended = false;
  bool is_dropped = false;
  std::unique_ptr<Exchange> exchange = nullptr;
  std::optional<Stream> stream = {};
  MonoTime last_read = {};  // when the client had taken all of the stream before
};

}  // namespace isletime::syncweb
