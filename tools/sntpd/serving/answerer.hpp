// SPDX-License-Identifier: MIT
// Everything about a request except its socket: access rules, rate limits, keys, and the contents of the
// reply. Each thread that serves has one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "libsync/policy/key_bindings.hpp"
#include "libsync/policy/responder.hpp"
#include "libsync/posix/key_file.hpp"
#include "tools/sntpd/serving/client_log.hpp"
#include "tools/sntpd/serving/own_queries.hpp"
#include "tools/sntpd/serving/shared_stamps.hpp"

namespace isletime::sntpd {

// The requirements of a server for its clients' requests; the views must outlive all users.
struct Demands {
  const KeyRing* keys;
  std::span<const KeyBinding> bindings;
  bool signed_only = false;
  bool limits_rates = true;
  OwnQueries* own_queries = nullptr;  // null if this server has no upstreams
};

// A reply that lacks only its transmit timestamp and its signature. It refers to the request.
class PendingReply {
 public:
  using Room = std::array<std::uint8_t, kHeaderSize + framing::kKeyId + framing::kLongestDigest>;

  // Returns the complete reply, partly in `room`. Call this just before it is sent, at `now` by the clock
  // that is served.
  Bytes complete(WallTime now, Room& room);

  // Returns the key that signs it, or null.
  const Key* key() const { return key_; }
  // Returns whether the client may ask in its next query, in interleaved mode, when this reply left.
  bool is_to_be_saved() const { return !receive_.is_unset(); }
  NtpTimestamp receive() const { return receive_; }

 private:
  friend class Answerer;
  PendingReply(const Reply& reply, const Key* key, const std::optional<Mac>& asked)
      : reply_(reply), key_(key), asked_(asked.value_or(Mac{})) {}

  Reply reply_;
  const Key* key_;
  Mac asked_;  // of the request
  NtpTimestamp receive_;
  bool has_stamp_ = false;  // in interleaved mode, that of the reply before
};

class Answerer {
 public:
  // `saved` must outlive the object and may be shared. `secret` must be unpredictable.
  Answerer(const Demands& demands, SharedStamps& saved, std::uint64_t secret)
      : demands_(demands), saved_(&saved), clients_(secret) {}

  // The requests of one moment, with the rules and the clock's state that apply to them.
  class Batch {
   public:
    Result<PendingReply, RequestRefusal> answer(const Request& request);
    std::span<const AccessRule> rules() const { return rules_; }
    // These three are for requests that are answered elsewhere. Add each request first, and call is_allowed()
    // only for requests that would get a reply.
    void add(const Request& request) { log_.add(request); }
    bool is_allowed();
    void refuse() { log_.refuse(); }

   private:
    friend class Answerer;
    Batch(Answerer& answerer, std::span<const AccessRule> rules, const Account& account, MonoTime now)
        : answerer_(answerer), rules_(rules), account_(account), log_(answerer.clients_.start_batch(now)) {}

    // `key` is null for unsigned requests.
    Allowance limit(const Key* key);
    std::optional<RequestRefusal> find_fault_of_mac(const Request& request, const ParsedRequest& parsed,
                                                    const Key& key);
    Result<PendingReply, RequestRefusal> decide(const Request& request);
    PendingReply interleave(const Request& request, const ParsedRequest& parsed, const Key* key) const;

    Answerer& answerer_;
    std::span<const AccessRule> rules_;
    const Account& account_;
    ClientLog::Batch log_;
  };
  Batch start_batch(std::span<const AccessRule> rules, const Account& account, MonoTime now) {
    return {*this, rules, account, now};
  }

  // Save when the reply with this receive timestamp left for this client: first an estimate, before it
  // leaves, and again when the kernel's timestamp arrives. Any thread may call these.
  void save(NtpTimestamp receive, IpAddress client, NtpTimestamp transmit);
  void correct(NtpTimestamp receive, NtpTimestamp transmit);

  // May be read while another thread serves.
  const ClientLog& clients() const { return clients_; }

 private:
  // Returns the key that the request claims, or null if it is unsigned.
  Result<const Key*, RequestRefusal> key_of(const Request& request, const ParsedRequest& parsed) const;

  Demands demands_;
  SharedStamps* saved_;
  ClientLog clients_;
};

}  // namespace isletime::sntpd
