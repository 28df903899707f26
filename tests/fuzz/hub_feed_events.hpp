// SPDX-License-Identifier: MIT
// Samples that programs feed to hub_fuzz's hub, and times that people set.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "libsync/hub/hub.hpp"
#include "libsync/record/sample_record.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/hub_simulation.hpp"
#include "tests/fuzz/hub_values.hpp"

namespace isletime::fuzz {

// Each event takes its operands from the input.
class FeedEvents {
 public:
  FeedEvents(Input& input, Simulation& simulation)
      : input_(input), simulation_(simulation), host_(simulation.host) {}

  // What is fed was measured some time before.
  void be_fed() {
    const std::uint8_t kind = input_.u8();
    const nanoseconds uncertainty = magnitude(scaled(input_));
    const nanoseconds error = part(uncertainty, share(input_));
    const nanoseconds age = milliseconds{250} * (input_.u8() % 128);
    SampleRecord sample = sample_of(kind);
    sample.uncertainty = uncertainty;
    sample.offset = saturated_sum(elapsed(host_.now().wall, host_.truth()), error);
    trace("  %s: offset %.9f s, uncertainty %.9f s, error %.9f s, age %.3f s\n", sample.source.c_str(),
          in_seconds(*sample.offset), in_seconds(uncertainty), in_seconds(error), in_seconds(age));
    const int steps_back = host_.steps_back();
    simulation_.pass(age);
    // A clock that is stepped back reads the same times twice, and the hub cannot tell which of them is
    // meant.
    if (host_.steps_back() != steps_back) return;
    feed(sample, kind / 32 % 2 == 1);
  }

  void be_fed_lies() {
    simulation_.allowance.on_deception();
    SampleRecord sample = sample_of(input_.u8());
    sample.uncertainty = magnitude(scaled(input_));
    sample.offset = scaled(input_);
    feed(sample, false);
  }

  void be_fed_anything() {
    simulation_.allowance.on_deception();
    const std::uint8_t flags = input_.u8();
    SampleRecord sample = sample_of(input_.u8());
    if (flags % 2 == 1) sample.time = input_.wall_time();
    if (flags / 2 % 4 != 3) sample.offset = nanoseconds{static_cast<std::int64_t>(input_.u64())};
    if (flags / 8 % 4 != 3) sample.uncertainty = nanoseconds{static_cast<std::int64_t>(input_.u64())};
    if (flags / 32 % 2 == 1) {
      sample.stratum = input_.u8();
      sample.leap = input_.u8() % 4;
      sample.root_delay = nanoseconds{static_cast<std::int64_t>(input_.u64())};
      sample.root_dispersion = nanoseconds{static_cast<std::int64_t>(input_.u64())};
    }
    if (flags / 64 % 2 == 1) sample.reliable = flags / 128 == 1;
    feed(sample, false);
  }

  void be_set_by_a_person() {
    const std::uint8_t kind = input_.u8();
    const nanoseconds uncertainty = magnitude(scaled(input_));
    const nanoseconds error = kind % 4 == 3 ? scaled(input_) : part(uncertainty, share(input_));
    if (kind % 4 == 3) simulation_.allowance.on_deception();
    host_.notice();
    host_.report([&](Hub& hub) { hub.set(shifted(host_.truth(), error), {uncertainty}, host_.now()); });
  }

  void learn_rate_error() {
    const double ppm = std::max(input_.u16() / 64.0, std::abs(host_.machine().frequency()) * 1e6);
    const Ppm bound{static_cast<std::int64_t>(std::ceil(ppm * 65536))};
    host_.report([&](Hub& hub) { hub.set_rate_error(bound, host_.now()); });
  }

 private:
  SampleRecord sample_of(std::uint8_t kind) const {
    constexpr std::array<const char*, 10> kSources{
        "phone:192.0.2.1",  "phone:192.0.2.2",  "ocpp:backend",     "http:192.0.2.9", "rtc:other",
        "camera:192.0.2.5", "ntp:198.51.100.1", "ntp:198.51.100.2", "manual",         "who:knows"};
    SampleRecord sample;
    sample.source = kSources[kind % kSources.size()];
    sample.time = host_.now().wall;
    if (sample.source.starts_with("ntp")) {
      sample.stratum = 2;
      sample.leap = 0;
      sample.refid = kind / 16 % 2 == 1 ? "LOCL" : "10.0.9.9";
      sample.root_delay = milliseconds{1};
      sample.root_dispersion = milliseconds{1};
    }
    return sample;
  }

  void feed(const SampleRecord& sample, bool is_on_access_point) {
    host_.notice();
    host_.report([&](Hub& hub) { hub.feed(sample, is_on_access_point, host_.now()); });
    const Hub::Reply& reply = host_.hub().reply();
    trace("  reply: %s: %s\n", reply.name.c_str(), reply.text.c_str());
    require(!reply.name.empty() && !reply.text.empty(), "a reply has words");
  }

  Input& input_;
  Simulation& simulation_;
  Host& host_;
};

}  // namespace isletime::fuzz
