// SPDX-License-Identifier: MIT
// Decides when the battery clock is read, checked or written, derives its time while no better source is
// known, and learns how it drifts. No bus and no clock: outcomes of jobs come in, times and notes go out.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libsync/hub/event.hpp"
#include "libsync/hub/rtc_outcome.hpp"
#include "libsync/hub/saved_state.hpp"
#include "libsync/policy/rtc_schedule.hpp"

namespace isletime {

// The true time as the hub knows it, relative to the machine's clock.
struct RtcTime {
  RtcHost host;
  Offset true_less_machine;
  WallTime true_time;
};

class RtcKeeper {
 public:
  struct Config {
    std::string source;  // "rtc:/dev/i2c-1@0x68"
    bool may_write;
    WallTime earliest;  // the build time, for find_implausible()
  };
  // The time by an earlier run in this boot of the machine.
  struct LastRun {
    WallTime time;
    MonoTime at;  // as the monotonic clock would have read if it also ran while the machine sleeps
  };
  // `saved` is from the last run, which may have had another chip.
  RtcKeeper(Config config, std::optional<SavedRtc> saved, std::optional<LastRun> last_run, MonoTime now);

  const std::string& source() const { return config_.source; }

  // Returns the job that is due, or nothing until next_wakeup() or the outcome of the last job. `near` is a
  // date within 50 years, for chips that do not keep the century.
  std::optional<RtcJob> next_job(const RtcTime& time, const CivilDate& near, MonoTime now);
  std::optional<MonoTime> next_wakeup(const RtcHost& host) const;
  // The chip's time, compared with the machine's clock when that read `at`.
  struct ChipTime {
    WallTime at;
    Offset offset;  // time by the chip - machine
    Dispersion bound;
    Dispersion noise;    // the part of the bound that differs from reading to reading
    bool is_reliable;    // otherwise it may set the clock, but makes nothing reliable
    bool is_heard;       // no better source tells the time
    std::string remark;  // a clause for people
  };
  struct Note {
    Event event;
    std::string text;
  };
  struct News {
    std::optional<ChipTime> chip_time;
    std::vector<Note> notes;
  };
  News take(const RtcOutcome& outcome, const RtcTime& time, MonoTime now);
  // The machine slept, and its monotonic clock stood still.
  void on_slept() { last_seen_.reset(); }
  // The job could not be started; `why` is a clause.
  News on_refused(const std::string& why, MonoTime now);
  // Returns a note if the job that was started should have ended long ago; once for each job.
  std::optional<Note> overdue(MonoTime now);

  struct View {
    std::string chip;     // "ds3231"; empty if it has not answered yet
    std::string trouble;  // a clause; empty if there is none
    std::optional<Celsius> temperature;
    std::optional<double> frequency;  // a fraction; positive if the chip is fast
    std::uint64_t repairs = 0;
    std::uint64_t writes = 0;
    std::uint64_t failures = 0;
  };
  View view(MonoTime now) const;
  // Save this before a write starts and again after its outcome, because power may fail in between.
  std::optional<SavedRtc> saved() const;

 private:
  void take_look(const RtcLook& look, const RtcTime& time, MonoTime now, News& news);
  void take_written(const RtcLook& look, const RtcTime& time, MonoTime now, News& news);
  void take_health(const RtcHealth& health, News& news);
  void meet(const RtcLook& look, MonoTime now, News& news);
  bool is_contradicted(const RtcDrift& drift, const RtcPair& pair, MonoTime now) const;
  std::string distrust_of(const RtcLook& look) const;
  bool name_zone(const RtcLook& look, Offset offset, News& news);
  std::optional<RtcRight> right() const;
  void notice_set(const RtcLook& look, News& news);
  std::optional<RtcFinding::Prediction> predicted_of(const RtcLook& look) const;
  bool is_same_chip(const RtcLook& look) const;
  std::string find_swap(const SavedRtc& saved, const RtcLook& look) const;
  void follow_trim(const RtcLook& look, News& news);
  void compare(const RtcLook& look, Offset offset, Dispersion bound, MonoTime now);
  ChipTime chip_time_alone(const RtcLook& look, MonoTime now);
  Dispersion bound_of_unknown(const ChipOscillator& oscillator, MonoTime now);
  void tell_trouble(std::string& trouble, const std::string& text, News& news) const;

  Config config_;
  std::optional<SavedRtc> saved_;
  std::optional<LastRun> last_run_;
  RtcSchedule schedule_;
  std::optional<RtcDrift> drift_;  // once the chip has answered
  std::string chip_;
  std::string mark_;      // empty if the chip has none
  std::string failure_;   // what its bus said
  std::string distrust_;  // why its time is not believed
  std::string zone_;      // it seems to keep local time
  std::string sickness_;  // what is wrong with its registers
  std::optional<Celsius> temperature_;
  std::uint64_t repairs_ = 0;
  std::uint64_t writes_ = 0;
  std::uint64_t failures_ = 0;
  bool wants_write_ = false;
  Offset written_off_{};             // the chip's error before the write
  std::optional<nanoseconds> lead_;  // of a write, as the last one has learned it
  nanoseconds observed_{};           // for how long it was compared at least every two hours
  std::optional<MonoTime> compared_;
  std::optional<RtcRight> right_;
  std::optional<RtcPair> last_seen_;
  std::optional<MonoTime> busy_since_;
  bool is_overdue_told_ = false;
  bool is_doubt_told_ = false;
  std::optional<MonoTime> unknown_since_;  // when the chip first told a time that was never compared
};

}  // namespace isletime
