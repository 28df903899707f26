// SPDX-License-Identifier: MIT
// Runs the hub on this machine: polls the servers, reads the clocks, reports both to the hub, and does what
// it decides. It makes no decision about time itself. One loop on poll(2) drives it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <poll.h>

#include "libsync/hub/hub.hpp"
#include "libsync/posix/interface_watch.hpp"
#include "libsync/posix/system_clock.hpp"
#include "tools/common/log.hpp"
#include "tools/sntpd/control/control_request.hpp"
#include "tools/sntpd/keeping/broadcast_receiver.hpp"
#include "tools/sntpd/keeping/clock_reading.hpp"
#include "tools/sntpd/keeping/rtc_worker.hpp"
#include "tools/sntpd/keeping/upstreams.hpp"
#include "tools/sntpd/options.hpp"
#include "tools/sntpd/serving/monitor_view.hpp"
#include "tools/sntpd/serving/own_queries.hpp"
#include "tools/sntpd/storing/memory.hpp"

namespace isletime::sntpd {

class HubHost {
 public:
  // All arguments must outlive the object. `keys` contains the keys that the options name.
  HubHost(const Options& options, const KeyRing& keys, const Log& log, Memory& memory, std::int8_t precision,
          OwnQueries& own_queries);

  // Call this before the first step().
  void use_rtc(const std::string& source, std::unique_ptr<RtcDevice> device);

  void append_polled(std::vector<pollfd>& polled) const;
  // `polled` are the entries that append_polled() appended, after poll(2), or it is empty.
  void step(std::span<const pollfd> polled);
  // Returns when step() is to be called next, or nothing if no time is set for it.
  std::optional<MonoTime> next_wakeup() const;
  // Returns what clients are told of the clock now.
  ServedTime served() const;
  // Leaves the clock at the rate that is believed to be right, and saves what was learned.
  void stop();

  Hub::Reply feed(const SampleRecord& sample);
  Hub::Reply set(const SetTime& request);
  WindowView set_rate_error(const SetRateError& request);

  StatusView status() const;
  std::vector<SourceView> sources() const;
  MonitorView monitored() const;
  // Returns whether any of these views has changed since take_changed().
  bool has_changed() const { return hub_.has_changed(); }
  // Returns whether any of these views has changed since the last call.
  bool take_changed() { return hub_.take_changed(); }

 private:
  std::optional<LastRun> recall();
  // Names the servers of the options to the hub.
  void ask_servers();
  const ServerOption& option_of(std::size_t plan) const;
  ServerPlan plan_of(const ServerOption& option, std::size_t wanted) const;
  ServerAddress address_of(const Endpoint& endpoint) const;
  // Returns whether this program answers at the endpoint.
  bool is_ourselves(const Endpoint& endpoint) const;
  // Makes the hub steer the machine's clock if options and permissions allow it.
  void take_clock();
  // Reads the clocks for the hub, which must be told what was read.
  ClockReading read_clocks();
  // Returns whether another program has set the clock, or the machine has slept, since the last call.
  bool notice();

  // Does what the hub decided.
  void execute();
  void perform(const action::Steer& order);
  void perform(const action::TellKernel& order);
  void perform(const action::AskKernel& order);
  void perform(const action::LookUp& order);
  void perform(const action::Ask& order);
  void perform(const action::StopAsking& order);
  void perform(const action::GiveUpExchanges& order);
  void perform(const action::Note& note);
  void perform(const action::Save& order);
  void perform(const action::ForgetSync& order);
  void perform(const action::RunRtcJob& order);

  void handle(const Upstreams::Happening& happening);
  void take_measurement(Association& association, const Measurement& measurement, Instant now);
  void take_loss(Association& association, const Lost& lost, Instant now);
  void take_addresses(const Resolver::Resolved& resolved);
  void set_intervals();
  void listen();
  void hear(const HeardDatagram& heard);
  void hear_from(Association& association, const HeardDatagram& heard);
  void begin_rtc(const RtcJob& job);
  void end_rtc();

  // Returns whether the addresses may have changed since the last call.
  bool take_addresses_changed();
  void tell_own_addresses();
  bool is_on_access_point(const std::string& source) const;

  SourceView view_of(std::size_t index, Instant now) const;
  MonitorView::Peer monitored(std::size_t index, Instant now) const;
  MonitorView::Peer monitored(const FedSource& fed, std::uint16_t number, Instant now) const;
  ClockSource clock_source(MonoTime now) const;

  const Options& options_;
  const Log& log_;
  Memory& memory_;
  std::int8_t precision_;
  OwnQueries& own_queries_;
  std::optional<SystemClock> system_;
  bool was_refused_ = false;  // the machine's clock may not be set, which has been reported
  std::optional<InterfaceWatch> interface_watch_;  // opened with the first addresses
  ClockReader clocks_;
  Hub hub_;
  Upstreams upstreams_;
  std::optional<BroadcastReceiver> receiver_;
  std::optional<RtcWorker> rtc_worker_;
};

}  // namespace isletime::sntpd
