// SPDX-License-Identifier: MIT
// How long arbitrary samples disturb a device's estimator: the input is hours of them, after which the server
// is honest. After 30 polls the bound holds at every sample, and no doubt outlasts the three samples that
// settle it. After 16 minutes, too, the error is at most a round trip plus the deviations that the estimator
// takes for chance. It may be larger while a sample is doubted: if the least delay ever seen belongs to no
// real path, a whole round trip may be a queue in either direction, and a wrong rate shows only once the
// estimate has drifted beyond half of that, which takes 50 min for 60 ms and 10 ppm.
#include <chrono>
#include <cstdlib>

#include "libsync/policy/device_estimator.hpp"
#include "tests/fuzz/few_bytes.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Offsets and delays are up to 39 hours.
constexpr int kDoublings = 33;
constexpr int kMostSamples = 2000;
constexpr int kPollsToRecover = 30;
constexpr std::chrono::minutes kTimeToRecover{16};
constexpr std::chrono::minutes kHonest{40};
constexpr int kMostDoubted = 2;

class Play {
 public:
  explicit Play(fuzz::Input& input)
      : rate_ppm_(static_cast<int>(input.u16() % 1001) - 500),
        path_(milliseconds{1} + microseconds{input.u16()}),
        queue_(microseconds{input.u16() % 2000}),
        random_(input.u16()),
        input_(input) {}

  void run() {
    for (int i = 0; i < kMostSamples && !input_.at_end(); ++i) hear_anything();
    const MonoTime start = now_;
    for (int poll = 1; now_ - start < kHonest; ++poll) {
      const SampleUse use = hear_honest();
      if (poll > kPollsToRecover) check(use, now_ - start > kTimeToRecover);
      now_ += estimator_.interval(now_);
    }
  }

 private:
  // Takes a sample up to some hours after the last.
  void hear_anything() {
    now_ += fuzz::some_time(input_);
    const nanoseconds offset = fuzz::scaled(input_, kDoublings);
    estimator_.add({now_, {offset}, {fuzz::scaled(input_, kDoublings)}, {microseconds{input_.u8()}}});
  }

  nanoseconds waited() {
    random_ = random_ * 1664525U + 1013904223U;
    return nanoseconds{
        static_cast<std::int64_t>(std::uint64_t{random_} * static_cast<std::uint64_t>(queue_.count()) >> 32)};
  }

  nanoseconds truth() const { return now_.time_since_epoch() / 1'000'000 * rate_ppm_; }

  SampleUse hear_honest() {
    const nanoseconds there = waited();
    const nanoseconds back = waited();
    return estimator_.add({now_, {truth() + (there - back) / 2}, {path_ + there + back}});
  }

  void check(SampleUse use, bool has_recovered) {
    doubted_ = use == SampleUse::kDoubted ? doubted_ + 1 : 0;
    require(doubted_ <= kMostDoubted, "an honest server is not doubted for ever");
    const auto estimate = estimator_.at(now_);
    const nanoseconds error{std::abs((estimate->offset.value - truth()).count())};
    require(error <= estimate->bound.value, "the true offset is within the bound");
    // Four deviations outside of a sample's box are chance; its edges are softened by a clock's precision and
    // a part of the queues' mean.
    const nanoseconds softness = microseconds{5} + queue_ / 8;
    require(!has_recovered || doubted_ > 0 ||
                error <= path_ + 2 * queue_ + 4 * (estimate->deviation.value + softness),
            "the error is no more than a round trip");
  }

  int rate_ppm_;
  nanoseconds path_;
  nanoseconds queue_;
  std::uint32_t random_;
  fuzz::Input& input_;
  DeviceEstimator estimator_;
  MonoTime now_{seconds{100}};
  int doubted_ = 0;  // consecutive
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  Play{input}.run();
  return 0;
}
