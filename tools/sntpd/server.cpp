// SPDX-License-Identifier: MIT
#include "tools/sntpd/server.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <poll.h>
#include <pthread.h>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "libsync/posix/clocks.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/common/signals.hpp"
#include "tools/sntpd/build_time.hpp"

namespace isletime::sntpd {
namespace {

const Endpoint kAnyV4{IpAddress::v4(0)};
const Endpoint kAnyV6{};

const char* advice(int code) {
  switch (code) {
    case EACCES:
      return " (ports below 1024 need root: run as root, or choose a --port above)";
    case EADDRINUSE:
      return " (another server has this port: stop it, or choose another --port)";
    case EADDRNOTAVAIL:
      return " (no interface of this machine has this address)";
    default:
      return "";
  }
}

std::string text_of(WallTime time) {
  const auto written = format_rfc3339(time);
  return {written.data(), written.size()};
}

}  // namespace

Server::Server(const Options& options, const Log& log)
    : options_(options),
      log_(log),
      precision_(measure_precision()),
      access_(options.access_rules),
      state_(make_state()) {}

std::optional<std::string> Server::open() {
  const bool everywhere = options_.bind.empty();
  const std::vector<Endpoint> locals = everywhere ? std::vector{kAnyV4, kAnyV6} : options_.bind;
  for (Endpoint local : locals) {
    local.port = options_.port;
    const auto error = open_one(local);
    if (!error) continue;
    // A kernel without IPv6 is no reason not to serve.
    if (everywhere && !local.address.is_v4() && error->code == EAFNOSUPPORT) continue;
    return fmt::format("{}: {}{}", to_string(local), to_string(*error), advice(error->code));
  }
  return std::nullopt;
}

std::optional<SysError> Server::open_one(const Endpoint& local) {
  for (unsigned i = 0; i < std::max(1U, options_.workers); ++i) {
    using Sharing = ServiceSocket::Sharing;
    auto socket = ServiceSocket::open(local, i == 0 ? Sharing::kFirst : Sharing::kFurther);
    if (!socket) return socket.error();
    services_.emplace_back(*std::move(socket), access_, state_);
  }
  return std::nullopt;
}

ServerState Server::make_state() const {
  if (options_.unsynchronised) return unsynchronised(precision_);
  return local_reference(options_.local_stratum, precision_, wall_now(), build_time());
}

void Server::announce() const {
  std::string endpoints;
  for (const Service& service : services_) {
    const std::string endpoint = to_string(service.socket().local());
    if (endpoints.find(endpoint) == std::string::npos)
      endpoints += (endpoints.empty() ? "" : ", ") + endpoint;
  }
  const WallTime now = wall_now();
  const std::string quality =
      is_synchronised(state_.read(), now) ? fmt::format("stratum {}", options_.local_stratum)
      : options_.unsynchronised
          ? "unsynchronised, as told"
          : fmt::format("unsynchronised: the clock reads {}, before this program was made ({})", text_of(now),
                        text_of(build_time()));
  log_.notice(fmt::format("serving {} as {}", endpoints, quality));
}

void Server::run(const Reread& reread) {
  catch_signals(Hangup::kReloads);
  std::vector<std::thread> threads;
  if (options_.workers > 0) {
    const SignalsBlocked blocked;
    for (Service& service : services_) threads.emplace_back([this, &service] { work(service); });
  }
  announce();
  while (!stop_requested()) {
    wait_for_events();
    if (take_reload_request()) reload(reread);
  }
  stop(threads);
}

void Server::work(Service& service) {
  // Nobody cancels this thread, and so libc need not prepare for it around each system call: 2 % of a reply.
  // NOLINTNEXTLINE(concurrency-thread-canceltype-asynchronous)
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, nullptr);
  while (!stopping_.load(std::memory_order_relaxed)) service.serve(ServiceSocket::Wait::kForOne);
}

void Server::wait_for_events() {
  std::vector<pollfd> polled{{clock_watch_.descriptor(), POLLIN, 0}};
  if (options_.workers == 0) {
    for (Service& service : services_) polled.push_back({service.socket().descriptor(), POLLIN, 0});
  }
  if (poll(polled.data(), polled.size(), -1) <= 0) return;
  if (polled[0].revents != 0 && clock_watch_.take_set()) {
    log_.notice("somebody set the clock");
    state_.publish(make_state());
    announce();
  }
  for (std::size_t i = 1; i < polled.size(); ++i) {
    if (polled[i].revents != 0) services_[i - 1].serve(ServiceSocket::Wait::kNot);
  }
}

void Server::reload(const Reread& reread) {
  const auto fresh = reread();
  if (!fresh) {
    log_.error("reload: keeping the access rules as they were");
    return;
  }
  access_.replace(fresh->access_rules);
  log_.notice("reload: access rules replaced");
}

void Server::stop(std::vector<std::thread>& threads) {
  stopping_.store(true, std::memory_order_relaxed);
  for (Service& service : services_) service.socket().shut_down();
  for (std::thread& thread : threads) thread.join();
  Counters total;
  for (const Service& service : services_) total += service.counters();
  log_.detail(to_string(total));
}

}  // namespace isletime::sntpd
