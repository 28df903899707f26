// SPDX-License-Identifier: MIT
// A whole client: the input is its configuration and then a sequence of events, each an operation's number
// and operands. A model knows what the client may accept.
#include <optional>
#include <vector>

#include "libsync/policy/client.hpp"
#include "libsync/policy/clock_filter.hpp"
#include "libsync/policy/saturated.hpp"
#include "tests/fakes/reply_maker.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

using std::chrono::milliseconds;

constexpr Endpoint kServer{IpAddress::v4(0xc000'0207), 123};
constexpr Endpoint kOtherPort{kServer.address, 124};
constexpr int kMostSteps = 1000;  // each of up to 50 days, so that MonoTime does not overflow
constexpr nanoseconds kLongestPoll = std::chrono::seconds{1 << 17};
// A server may stamp its reply this long before the reply leaves.
constexpr nanoseconds kAheadOfSending = std::chrono::microseconds{50};
constexpr nanoseconds kFinest = std::chrono::seconds{1};  // any coarser precision counts as this
constexpr WallTime kBuilt{seconds{1'795'219'200}};        // 2026-11-21
constexpr seconds kHalfAnEra{std::int64_t{1} << 31};
constexpr std::array kOwnIds{ReferenceId{0xc000'02fe}};

ClientConfig config_from(fuzz::Input& input) {
  ClientConfig config;
  config.server = kServer;
  const std::uint8_t mode = input.u8();
  config.version = static_cast<std::uint8_t>(mode % 4 + 1);
  config.interleaved = mode >= 0x80;
  if ((mode & 0x40) != 0) config.era_pivot = kBuilt;
  config.precision = static_cast<std::int8_t>(input.u8());
  config.timeout = milliseconds{input.u16() + 1};
  config.shortest_interval = milliseconds{input.u16() + 1};
  config.longest_interval = milliseconds{input.u32()};
  config.own_ids = kOwnIds;
  return config;
}

class Play {
 public:
  explicit Play(fuzz::Input& input) : input_(input), config_(config_from(input)), client_(config_) {}

  void run() {
    for (int step = 0; step < kMostSteps && !input_.at_end(); ++step) {
      switch (input_.u8() % 11) {
        case 0:
          poll();
          break;
        case 1:
          now_ += milliseconds{input_.u32()};
          break;
        case 2:
          now_ = std::max(now_, client_.next_wakeup());
          break;
        case 3:
          sent_at_ = input_.wall_time();
          client_.on_sent(sent_at_);
          break;
        case 4:
          hear_hostile_bytes();
          break;
        case 5:
          hear_spoilt_reply();
          break;
        case 6:
          hear_again();
          break;
        case 7:
          hear_kiss();
          break;
        case 8:
          expire();
          break;
        case 9:
          client_.give_up();
          outstanding_.reset();
          require(!client_.is_awaiting(), "a query that was given up is not awaited");
          break;
        case 10:
          set_interval();
          break;
      }
    }
  }

 private:
  struct Observed {
    MonoTime next_wakeup;
    bool is_awaiting;
    bool is_stopped;
    nanoseconds interval;

    bool operator==(const Observed&) const = default;
  };
  Observed observed() const {
    return {client_.next_wakeup(), client_.is_awaiting(), client_.is_stopped(), client_.interval()};
  }

  void poll() {
    const auto query = client_.poll(now_, input_.u64());
    require(client_.next_wakeup() > now_, "a poll leaves nothing to do now");
    if (!is_in_time()) outstanding_.reset();
    if (!query) return;

    require(!denied_at_ || now_ - *denied_at_ >= ClientConfig::kStopLasts,
            "no query follows a DENY within a day");
    require(!outstanding_, "no query follows one that is outstanding");
    require(!queried_at_ || now_ - *queried_at_ >= least_distance_, "queries keep their distance");
    const Header header = parse_header(*query);
    require(header.reference.is_unset() && (asks_as_ever(header) || asks_for_interleaved(header)),
            "a query tells nothing but what the server told us");
    require(!header.transmit.is_unset(), "a query has a nonce");
    outstanding_ = header.transmit;
    query_ = header;
    queried_at_ = now_;
    if (denied_at_) denied_at_ = now_;
  }

  static bool asks_as_ever(const Header& query) {
    return query.origin.is_unset() && query.receive.is_unset();
  }
  bool asks_for_interleaved(const Header& query) const {
    return config_.interleaved && believed_ && query.origin == believed_->header.receive &&
           !query.receive.is_unset() && query.receive != query.transmit;
  }

  void expire() {
    const bool is_lost = outstanding_ && !is_in_time();
    require(client_.expire(now_) == is_lost, "a query expires at its timeout, once");
    if (is_lost) outstanding_.reset();
  }

  bool is_in_time() const { return queried_at_ && now_ < *queried_at_ + config_.timeout; }

  Endpoint sender() {
    switch (input_.u8() % 4) {
      case 0:
        return kOtherPort;
      case 1:
        return input_.endpoint();
      default:
        return kServer;
    }
  }

  void hear_hostile_bytes() {
    const Endpoint from = sender();
    const WallTime received = input_.wall_time();
    const Bytes bytes = input_.bytes(input_.u8());
    hear({bytes.begin(), bytes.end()}, from, received);
  }

  void filter(const Measurement& m) {
    filter_.add(m);
    require(filter_.best() && (filter_.best()->delay <= m.delay || filter_.best()->delay.value < kFinest),
            "the filter's choice waited least");
    require(error_bound(m) >= nanoseconds::zero(), "a bound is not negative");
  }

  // Returns a time shortly after t1, or t1 if WallTime would overflow.
  WallTime soon_after_sending(std::uint32_t later) const {
    return sent_at_ > WallTime::max() - nanoseconds{later} ? sent_at_ : sent_at_ + nanoseconds{later};
  }

  void hear_spoilt_reply() {
    const WallTime t4 = soon_after_sending(input_.u32());
    const NtpTimestamp t2 = NtpTimestamp::from_raw(to_ntp(sent_at_).raw() + input_.u64());
    const std::uint32_t turnaround = input_.u32();
    const std::uint8_t how = input_.u8();
    Header honest = fakes::honest_reply(query_, t2, NtpTimestamp::from_raw(t2.raw() + turnaround));
    if (how >= 0x80 && believed_) {
      honest.origin = query_.receive;
      honest.transmit = NtpTimestamp::from_raw(believed_->header.receive.raw() + turnaround);
    }
    const auto reply = fakes::bytes_of(honest);
    std::vector<std::uint8_t> bytes{reply.begin(), reply.end()};
    for (int faults = how % 4; faults > 0; --faults) {
      const std::size_t at = input_.u8() % bytes.size();
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ input_.u8());
    }
    const Bytes trailer = input_.bytes(input_.u8() % 32);
    bytes.insert(bytes.end(), trailer.begin(), trailer.end());
    hear(bytes, sender(), t4);
  }

  void hear_again() {
    const Endpoint from = sender();
    hear(heard_, from, input_.wall_time());
  }

  void set_interval() {
    const milliseconds interval{input_.u32()};
    client_.set_interval(interval);
    require(client_.interval() >= interval || client_.interval() == kLongestPoll,
            "a wait is what it was set to");
    least_distance_ = std::min<nanoseconds>(least_distance_, interval);
  }

  void hear_kiss() {
    const auto kiss = fakes::bytes_of(fakes::kiss_reply(query_, ReferenceId{input_.u32()}));
    const Endpoint from = sender();
    hear({kiss.begin(), kiss.end()}, from, soon_after_sending(input_.u32()));
  }

  void hear(std::vector<std::uint8_t> bytes, Endpoint from, WallTime received) {
    const Observed before = observed();
    const auto result = client_.on_datagram({bytes, from, received}, now_);
    heard_ = bytes;
    if (result) filter(*result);
    if (!result) require(describe(result.error()).text[0] != '\0', "a rejection has a reason");
    if (!result && !is_final(result.error())) {
      require(observed() == before, "what anybody may send changes nothing");
      return;
    }

    require(from == kServer, "only the server is believed");
    require(outstanding_.has_value(), "one answer is taken for a query");
    require(is_in_time(), "an answer is taken before the timeout only");
    require(bytes.size() >= kHeaderSize, "an answer is a packet");
    const Header header = parse_header(bytes);
    const bool is_interleaved = header.origin != *outstanding_;
    require(!is_interleaved || (asks_for_interleaved(query_) && header.origin == query_.receive),
            "only an answer to the outstanding query is believed");
    outstanding_.reset();
    require(!client_.is_awaiting(), "an answer ends its query");
    denied_at_ = !result && result.error() == Reject::kKissDeny ? queried_at_ : std::nullopt;
    if (!result) {
      believed_.reset();
      return;
    }
    require(result->is_interleaved == is_interleaved, "a measurement knows its mode");
    require(result->time == (is_interleaved ? believed_->arrived : received),
            "a measurement is of the arrival of the reply that ended its exchange");
    check(*result);
    believed_ = Believed{header, received};
  }

  void check(const Measurement& m) const {
    require(
        m.server.leap != Leap::kUnsynchronised && m.server.stratum >= 1 && m.server.stratum <= kMaxStratum,
        "only a synchronised server is measured");
    require(m.server.reference_id != kOwnIds[0] || m.server.stratum == 1, "we do not follow ourselves");
    require(m.dispersion.value > nanoseconds::zero(), "no stamp is perfect");
    require(root_distance(m.server) < config_.max_root_distance.value, "the root distance is bounded");
    const nanoseconds tick = precision_of(m.server.precision) + precision_of(config_.precision);
    require(m.delay.value >= -(tick + kAheadOfSending),
            "a delay is negative by coarse clocks and early stamps only");
    require(m.delay.value <= config_.timeout + tick, "a delay is no longer than we waited");
    if (config_.era_pivot) check_era(m);
  }

  void check_era(const Measurement& m) const {
    const nanoseconds to_pivot = elapsed(m.time, *config_.era_pivot);
    if (magnitude(to_pivot) > nanoseconds::max() - kHalfAnEra - kFinest) return;
    require(magnitude(m.offset.value - to_pivot) <= kHalfAnEra + kFinest,
            "a server's time is of the era of the build");
  }

  fuzz::Input& input_;
  ClientConfig config_;
  Client client_;
  ClockFilter filter_{config_.precision};
  nanoseconds least_distance_ = config_.shortest_interval;
  MonoTime now_;
  WallTime sent_at_;
  Header query_;
  struct Believed {
    Header header;
    WallTime arrived;
  };
  std::optional<Believed> believed_;  // the last usable reply
  std::optional<NtpTimestamp> outstanding_;
  std::optional<MonoTime> queried_at_;
  std::vector<std::uint8_t> heard_;
  std::optional<MonoTime> denied_at_;  // when the query was sent that got a DENY
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  Play{input}.run();
  return 0;
}
