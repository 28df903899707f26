// SPDX-License-Identifier: MIT
#include "tools/driftlog/ntp_source.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/common/poll_timeout.hpp"
#include "tools/common/signals.hpp"

namespace isletime::driftlog {
namespace {

using std::chrono::milliseconds;

// The rounds of the log loop space the queries, so the probe adds no interval of its own.
constexpr nanoseconds kShortestInterval = milliseconds{0};
constexpr nanoseconds kLongestWait = seconds{2};

using Resolved = Result<Endpoint, std::string>;

// The system's resolver has no deadline: a lookup that has not returned in time is abandoned.
Resolved resolve_by(const Host& host, MonoTime deadline) {
  auto promise = std::make_shared<std::promise<Resolved>>();
  auto future = promise->get_future();
  {
    const SignalsBlocked blocked;
    std::thread([promise, host] { promise->set_value(resolve(host.name, host.port)); }).detach();
  }
  while (future.wait_for(milliseconds{50}) != std::future_status::ready) {
    if (stop_requested() || mono_now() >= deadline)
      return Unexpected{std::string{"the resolver does not answer"}};
  }
  return future.get();
}

}  // namespace

NtpSource::NtpSource(std::string name, Host host, nanoseconds timeout, WallTime made)
    : name_(std::move(name)),
      host_(std::move(host)),
      log_("driftlog", Log::Level::kErrors),
      precision_(measure_precision()) {
  settings_.interval = kShortestInterval;
  settings_.timeout = std::min(timeout, kLongestWait);
  settings_.era_pivot = made;
}

Result<SampleRecord, Failure> NtpSource::measure(MonoTime deadline) {
  if (!probe_) {
    const auto server = resolve_by(host_, deadline);
    if (!server) return Unexpected{Failure{"unresolved", "cannot be resolved: " + server.error()}};
    probe_.emplace(host_, *server, settings_, precision_, nullptr, log_);
  }
  probe_->start_round();
  for (;;) {
    if (const auto finding = probe_->step(mono_now())) {
      SampleRecord record = probe::record_of(*finding);
      if (const auto* failure = std::get_if<Failure>(&finding->outcome)) {
        // Next time the name may resolve to another address.
        if (failure->name == "no-reply" || failure->name == "unreachable") probe_.reset();
        return Unexpected{*failure};
      }
      return record;
    }
    if (stop_requested()) return Unexpected{Failure{kInterrupted, kInterrupted}};
    std::vector<pollfd> polled;
    probe_->add_descriptors(polled);
    const MonoTime wakeup = std::min(deadline, probe_->next_wakeup());
    poll(polled.data(), polled.size(), poll_timeout(wakeup));
    if (mono_now() >= deadline) {
      probe_.reset();
      return Unexpected{Failure{"timed-out", "no answer in time"}};
    }
  }
}

}  // namespace isletime::driftlog
