// SPDX-License-Identifier: MIT
// Tests the rows that the loop writes, with simulated clocks and sources.
#include "tools/driftlog/log_loop.hpp"

#include <deque>

#include <gtest/gtest.h>

namespace isletime::driftlog::log_loop_test {
namespace {

using namespace std::chrono_literals;

using Measured = Result<SampleRecord, Failure>;

class Machine {
 public:
  ClockReading read() const { return {MonoTime{mono_}, MonoTime{boot_}, WallTime{wall_}, 100ns}; }
  void pass(nanoseconds time) {
    mono_ += time;
    boot_ += time;
    wall_ += time;
  }
  void sleep(nanoseconds time) {
    boot_ += time;
    wall_ += time;
  }
  void step(nanoseconds by) { wall_ += by; }

 private:
  nanoseconds mono_ = 10s;
  nanoseconds boot_ = 20s;
  nanoseconds wall_ = 1'795'000'000s;
};

// Returns its measurements one after the other, and then repeats the last one.
class Script final : public Source {
 public:
  explicit Script(std::string name, Machine& machine) : name_(std::move(name)), machine_(machine) {}

  Script& offset(nanoseconds offset, nanoseconds bound = 1ms) {
    answers_.push_back([=, this]() -> Measured {
      SampleRecord record;
      record.time = machine_.read().wall;
      record.offset = offset;
      record.uncertainty = bound;
      return record;
    });
    return *this;
  }
  Script& failure(const std::string& name) {
    answers_.push_back([=]() -> Measured { return Unexpected{Failure{name, "it is " + name}}; });
    return *this;
  }
  // Makes the last measurement take `time`; it shows what the clock reads at its end.
  Script& taking(nanoseconds time) {
    auto measured = std::move(answers_.back());
    answers_.back() = [=, this]() -> Measured {
      machine_.pass(time);
      return measured();
    };
    return *this;
  }
  Script& then(std::function<void()> happens) {
    auto before = std::move(answers_.back());
    answers_.back() = [=]() -> Measured {
      auto measured = before();
      happens();
      return measured;
    };
    return *this;
  }

  const std::string& name() const override { return name_; }
  Measured measure(MonoTime) override {
    machine_.pass(10ms);
    auto answer = answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    return answer();
  }
  std::optional<Failure> set(MonoTime) override {
    if (!can_be_set_) return Failure{"cannot-be-set", "it cannot be set"};
    ++sets_;
    return std::nullopt;
  }
  void forget() override { ++forgotten_; }
  void let_be_set() { can_be_set_ = true; }
  int sets() const { return sets_; }
  int forgotten() const { return forgotten_; }

 private:
  std::string name_;
  Machine& machine_;
  std::deque<std::function<Measured()>> answers_;
  bool can_be_set_ = false;
  int sets_ = 0;
  int forgotten_ = 0;
};

class Experiment : public testing::Test {
 protected:
  Script& add(const std::string& name) {
    auto source = std::make_unique<Script>(name, machine_);
    Script& added = *source;
    sources_.push_back(std::move(source));
    return added;
  }
  LogLoop make_loop(Script* reference = nullptr) {
    return LogLoop(options_, sources_, reference, world_, log_, progress_);
  }
  // Returns rows such as "a +0.001" and "b error".
  std::vector<std::string> run(Script* reference = nullptr) {
    LogLoop loop = make_loop(reference);
    loop.run();
    never_ = loop.never_measured();
    return rows_;
  }

  Machine machine_;
  LogOptions options_ = [] {
    LogOptions options;
    options.interval = 10s;
    options.duration = 20s;
    return options;
  }();
  LogLoop::Sources sources_;
  std::vector<std::string> rows_;
  std::vector<SampleRecord> records_;
  std::vector<std::string> never_;
  bool is_to_stop_ = false;
  std::optional<double> celsius_;
  std::size_t writable_ = 1000;
  Log log_{"test", Log::Level::kErrors};
  Progress progress_{false};
  World world_{
      [this] { return machine_.read(); },
      [this](MonoTime boot) { machine_.pass(elapsed(machine_.read().boot, boot)); },
      [this] { return is_to_stop_; }, [this] { return celsius_; },
      [this](const SampleRecord& record) {
        records_.push_back(record);
        rows_.push_back(record.source + ' ' + (record.offset ? seconds_text(*record.offset) : *record.error));
        return rows_.size() < writable_;
      }};
};

using Rows = std::vector<std::string>;

TEST_F(Experiment, EverySourceHasARowARoundInTheOrderGiven) {
  add("a").offset(1ms);
  add("b").offset(-2ms);
  EXPECT_EQ(run(), (Rows{"a 0.001000000", "b -0.002000000", "a 0.001000000", "b -0.002000000",
                         "a 0.001000000", "b -0.002000000"}));
  EXPECT_EQ(elapsed(records_[0].time, records_[2].time), 10s);
}

TEST_F(Experiment, ASourceThatFailsHasARowWithItsErrorAndNoOffset) {
  add("a").failure("timed-out").offset(1ms).failure("garbled");
  EXPECT_EQ(run(), (Rows{"a timed-out", "a 0.001000000", "a garbled"}));
  EXPECT_FALSE(records_[0].uncertainty);
  EXPECT_TRUE(never_.empty());
}

TEST_F(Experiment, ASourceThatWasNeverMeasuredIsNamed) {
  add("a").offset(1ms);
  add("b").failure("no-reply");
  run();
  EXPECT_EQ(never_, Rows{"b"});
}

TEST_F(Experiment, WhatAClockDriftsWhileItIsMeasuredIsNoStep) {
  options_.interval = 2s;
  options_.duration = 2s;
  add("a").offset(0s).offset(5ms).taking(9s);
  EXPECT_EQ(run(), (Rows{"a 0.000000000", "a 0.005000000"}));
}

TEST_F(Experiment, ASourceThatWasSetHasAMarkBeforeItsRow) {
  add("a").offset(0s).offset(1s);
  add("b").offset(0s);
  EXPECT_EQ(run(), (Rows{"a 0.000000000", "b 0.000000000", "a source-stepped", "a 1.000000000",
                         "b 0.000000000", "a 1.000000000", "b 0.000000000"}));
}

TEST_F(Experiment, AStepOfTheSystemClockIsMarkedAndNotTakenForStepsOfTheSources) {
  add("a").offset(0s).offset(-60s);
  Script& b = add("b").offset(0s).then([this] { machine_.step(60s); }).offset(-60s);
  // The step happened while b was measured, so that measurement is discarded.
  EXPECT_EQ(run(), (Rows{"a 0.000000000", "a reference-stepped", "b reference-stepped", "a -60.000000000",
                         "b -60.000000000", "a -60.000000000", "b -60.000000000"}));
  EXPECT_GE(b.forgotten(), 1);
}

TEST_F(Experiment, SleepIsMarked) {
  options_.duration = 4000s;
  options_.interval = 2000s;
  add("a").offset(0s).then([this] { machine_.pass(1s); }).offset(0s);
  world_.sleep_until = [this, slept = false](MonoTime boot) mutable {
    if (!std::exchange(slept, true)) machine_.sleep(100s);
    machine_.pass(std::max(0ns, elapsed(machine_.read().boot, boot)));
  };
  EXPECT_EQ(run(), (Rows{"a 0.000000000", "a suspended", "a 0.000000000", "a 0.000000000"}));
}

TEST_F(Experiment, OffsetsAreFromTheReferenceAndBothBoundsAreIn) {
  add("a").offset(5ms, 1ms);
  Script reference("ntp", machine_);
  reference.offset(2ms, 500us);
  options_.duration = 0s;
  EXPECT_EQ(run(&reference), Rows{"a 0.003000000"});
  EXPECT_EQ(records_[0].uncertainty, 1500us);
}

TEST_F(Experiment, TheReferenceIsMeasuredBeforeAndAfterAndLiesBetween) {
  add("a").offset(5ms, 1ms);
  Script reference("ntp", machine_);
  reference.offset(2ms, 500us).offset(2200us, 500us);
  options_.duration = 0s;
  EXPECT_EQ(run(&reference), Rows{"a 0.002900000"});
  EXPECT_EQ(records_[0].uncertainty, 1600us);
}

TEST_F(Experiment, WithoutItsReferenceNothingIsMeasured) {
  add("a").offset(5ms);
  add("b").offset(5ms);
  Script reference("ntp", machine_);
  reference.failure("no-reply");
  options_.duration = 0s;
  EXPECT_EQ(run(&reference), (Rows{"a reference-no-reply", "b reference-no-reply"}));
}

TEST_F(Experiment, AReferenceThatWasSetIsMarked) {
  add("a").offset(5ms);
  Script reference("ntp", machine_);
  reference.offset(0s).offset(0s).offset(3s);
  EXPECT_EQ(run(&reference), (Rows{"a 0.005000000", "a reference-stepped", "a -2.995000000"}));
}

TEST_F(Experiment, AStepOfTheSystemClockBetweenRoundsIsNoneOfTheReference) {
  options_.duration = 10s;
  add("a").offset(5ms).offset(-55s);
  Script reference("ntp", machine_);
  reference.offset(0s).offset(0s).then([this] { machine_.step(60s); }).offset(-60s);
  // The reference was stepped during the query, so that round is marked; the next is as before.
  EXPECT_EQ(run(&reference), (Rows{"a reference-stepped", "a 5.000000000"}));
}

TEST_F(Experiment, AnInterruptionLeavesNoRowBehind) {
  add("a").offset(1ms);
  add("b").failure("interrupted");
  world_.is_to_stop = [this] { return rows_.size() >= 1; };
  EXPECT_EQ(run(), Rows{"a 0.001000000"});
}

TEST_F(Experiment, EndsOnceNothingCanBeWritten) {
  writable_ = 2;
  options_.duration = std::nullopt;
  add("a").offset(1ms);
  EXPECT_EQ(run().size(), 2U);
}

TEST_F(Experiment, TheMachinesTemperatureIsOfThoseThatHaveNone) {
  celsius_ = 41.5;
  options_.duration = 0s;
  add("a").offset(1ms);
  run();
  EXPECT_EQ(records_[0].temperature_c, 41.5);
}

TEST_F(Experiment, WhatCanBeSetIsSetFirstAndMarked) {
  options_.duration = 0s;
  Script& a = add("a").offset(1ms);
  a.let_be_set();
  add("b").offset(1ms);
  LogLoop loop = make_loop();
  EXPECT_TRUE(loop.set_sources());
  loop.run();
  EXPECT_EQ(rows_, (Rows{"a set", "a 0.001000000", "b 0.001000000"}));
  EXPECT_EQ(a.sets(), 1);
}

TEST(Progress, SaysWhatIsLeft) {
  EXPECT_EQ(progress_text(3, 45s), "round 3, 45 s left");
  EXPECT_EQ(progress_text(3, 200min), "round 3, 3 h 20 min left");
  EXPECT_EQ(progress_text(3, std::nullopt), "round 3, until interrupted");
}

}  // namespace
}  // namespace isletime::driftlog::log_loop_test
