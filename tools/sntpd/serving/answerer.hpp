// SPDX-License-Identifier: MIT
// All that happens to a request but its way through a socket: who may ask, how often, signed by which
// key, and what the reply says. One a thread that serves.
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

// What a server demands of those who ask; the views outlive who goes by it.
struct Demands {
  const KeyRing* keys;
  std::span<const KeyBinding> bindings;
  bool signed_only = false;
  bool limits_rates = true;
  OwnQueries* own_queries = nullptr;  // absent: this server asks nobody
};

// A reply that lacks only its transmit stamp, and what signs that. It views the request.
class Answer {
 public:
  using Room = std::array<std::uint8_t, kHeaderSize + framing::kKeyId + framing::kLongestDigest>;

  // The whole of it, in part in `room`. To be called just before it is sent, at `now` by the clock that
  // is served.
  Bytes complete(WallTime now, Room& room);

  // Which key signs it; none: nothing does.
  const Key* key() const { return key_; }
  // Its client may ask, in interleaved mode, when it left.
  bool is_to_be_saved() const { return !receive_.is_unset(); }
  NtpTimestamp receive() const { return receive_; }

 private:
  friend class Answerer;
  Answer(const Reply& reply, const Key* key, const std::optional<Mac>& asked)
      : reply_(reply), key_(key), asked_(asked.value_or(Mac{})) {}

  Reply reply_;
  const Key* key_;
  Mac asked_;  // the request's
  NtpTimestamp receive_;
  bool has_stamp_ = false;  // in interleaved mode, of the reply before
};

class Answerer {
 public:
  // `saved`: outlives the object, and may be others' too. `secret`: a number that nobody can predict.
  Answerer(const Demands& demands, SharedStamps& saved, std::uint64_t secret)
      : demands_(demands), saved_(&saved), clients_(secret) {}

  // The requests of one moment: by what they are judged, and what they are told of the clock.
  class Batch {
   public:
    Result<Answer, Refusal> answer(const Request& request);
    std::span<const AccessRule> rules() const { return rules_; }
    // For a request that another answers. Each is added first; whether its client's limit allows an
    // answer is to be asked only where there would be one.
    void add(const Request& request) { log_.add(request); }
    bool is_allowed();
    void refuse() { log_.refuse(); }

   private:
    friend class Answerer;
    Batch(Answerer& answerer, std::span<const AccessRule> rules, const Account& account, MonoTime now)
        : answerer_(answerer), rules_(rules), account_(account), log_(answerer.clients_.start_batch(now)) {}

    // Null: of what is not signed.
    Allowance limit(const Key* key);
    std::optional<Refusal> find_fault_of_mac(const Request& request, const Question& question,
                                             const Key& key);
    Result<Answer, Refusal> decide(const Request& request);
    Answer interleave(const Request& request, const Question& question, const Key* key) const;

    Answerer& answerer_;
    std::span<const AccessRule> rules_;
    const Account& account_;
    ClientLog::Batch log_;
  };
  Batch start_batch(std::span<const AccessRule> rules, const Account& account, MonoTime now) {
    return {*this, rules, account, now};
  }

  // The reply to this client that has this receive stamp left at `transmit`: as well as is known at
  // first, before it leaves, and again when the kernel's stamp comes. Each from any thread's answerer.
  void save(NtpTimestamp receive, IpAddress client, NtpTimestamp transmit);
  void correct(NtpTimestamp receive, NtpTimestamp transmit);

  // May be read while another thread serves.
  const ClientLog& clients() const { return clients_; }

 private:
  // By which the request says that it is signed. Null: by none.
  Result<const Key*, Refusal> key_of(const Request& request, const Question& question) const;

  Demands demands_;
  SharedStamps* saved_;
  ClientLog clients_;
};

}  // namespace isletime::sntpd
