// SPDX-License-Identifier: MIT
// A server's tables of its clients: their rate limits, when their replies left, which keys they may use, and
// how long a reply takes to leave. The input is a sequence of the clients' actions.
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "libsync/policy/key_bindings.hpp"
#include "libsync/policy/rate_limit.hpp"
#include "libsync/policy/send_path.hpp"
#include "tests/fuzz/harness.hpp"
#include "tools/sntpd/serving/interleaved_stamps.hpp"

using namespace isletime;
using isletime::fuzz::require;
using sntpd::InterleavedStamps;
using sntpd::may_be_interleaved;

namespace {

constexpr int kMostSteps = 2000;
constexpr nanoseconds kMostTaken = std::chrono::microseconds{100};

class Play {
 public:
  explicit Play(fuzz::Input& input) : input_(input) {}

  void run() {
    for (int step = 0; step < kMostSteps && !input_.at_end(); ++step) {
      switch (input_.u8() % 7) {
        case 0:
          now_ += nanoseconds{std::int64_t{input_.u32()} << input_.u8() % 16};
          break;
        case 1:
          ask();
          break;
        case 2:
          ask_after_a_silence();
          break;
        case 3:
          save();
          break;
        case 4:
          find();
          break;
        case 5:
          send();
          break;
        case 6:
          use_key();
          break;
      }
    }
  }

 private:
  void ask() {
    for (int requests = input_.u8(); requests > 0; --requests) count(limit_.admit(now_, input_.u32()));
  }

  void count(Allowance allowance) {
    if (allowance != Allowance::kWithin) return;
    within_.push_back(now_);
    // No interval that ends now has more replies than a burst plus the steady rate.
    for (std::size_t i = within_.size() > 200 ? within_.size() - 200 : 0; i < within_.size(); ++i) {
      const auto count = static_cast<std::int64_t>(within_.size() - i);
      const auto paced = elapsed(within_[i], now_) / RateLimit::kInterval;
      require(count <= RateLimit::kBurst + paced + 1, "a limit is kept over any time");
    }
  }

  void ask_after_a_silence() {
    now_ += RateLimit::kBurst * RateLimit::kInterval;
    const Allowance allowance = limit_.admit(now_, input_.u32());
    require(allowance == Allowance::kWithin, "who was silent is answered");
    count(allowance);
  }

  IpAddress client() { return IpAddress::v4(0x0a00'0000U + input_.u8()); }
  NtpTimestamp stamp() { return NtpTimestamp::from_raw(input_.u16()); }

  void save() {
    const NtpTimestamp receive = stamp();
    const NtpTimestamp transmit = stamp();
    const IpAddress from = client();
    if (input_.u8() % 4 == 0) {
      stamps_.correct(receive, transmit);
      if (const auto saved = saved_.find(receive.raw()); saved != saved_.end())
        saved->second.second = transmit;
      return;
    }
    stamps_.save(receive, from, transmit);
    saved_[receive.raw()] = {from, transmit};
  }

  void find() {
    const NtpTimestamp receive = stamp();
    const IpAddress from = client();
    require(may_be_interleaved(receive, stamp(), stamp()) <= !receive.is_unset(), "nobody names no reply");
    const auto found = stamps_.find(receive, from);
    if (!found) return;
    const auto saved = saved_.find(receive.raw());
    require(saved != saved_.end() && saved->second.first == from, "a reply's stamp is for its client alone");
    require(saved->second.second == *found, "and the one that was saved");
  }

  void send() {
    const std::size_t kind = input_.u8() % SendPath::kKinds;
    const SendPath::Work work{SendPath::pause_of(nanoseconds{input_.u32()}), kind};
    if (path_.wants_sample(work, now_)) path_.on_sample_sent(work, now_);
    path_.learn(work, input_.wall_time().time_since_epoch());
    path_.learn(work, nanoseconds{input_.u32() % 200'000}, input_.wall_time().time_since_epoch());
    const nanoseconds advance = path_.advance(work, input_.wall_time().time_since_epoch());
    require(advance >= nanoseconds::zero() && advance <= kMostTaken,
            "a reply is stamped ahead by what a reply can take");
  }

  void use_key() {
    std::array<KeyBinding, 3> bindings{};
    for (KeyBinding& binding : bindings) {
      binding.key_id = input_.u8() % 3 + 1;
      binding.prefix = {limited_as({input_.u64(), input_.u64()}),
                        static_cast<std::uint8_t>(input_.u8() % 129)};
    }
    const IpAddress from{input_.u64(), input_.u64()};
    const IpAddress counted_as = limited_as(from);
    require(counted_as == from || (counted_as.high == from.high && counted_as.low == 0),
            "who shares a limit is of one network");
    for (std::uint32_t key = 1; key <= 3; ++key) {
      bool is_bound = false;
      bool is_held = false;
      for (const KeyBinding& binding : bindings) {
        is_bound = is_bound || binding.key_id == key;
        is_held = is_held || (binding.key_id == key && contains(binding.prefix, from));
      }
      require(may_use(bindings, key, from) == (is_held || !is_bound), "a key is for those it is bound to");
    }
  }

  fuzz::Input& input_;
  MonoTime now_{seconds{1000}};
  RateLimit limit_;
  std::vector<MonoTime> within_;
  InterleavedStamps stamps_;
  std::map<std::uint64_t, std::pair<IpAddress, NtpTimestamp>> saved_;
  SendPath path_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  Play{input}.run();
  return 0;
}
