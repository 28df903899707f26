// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/server.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/posix/machine_id.hpp"
#include "libsync/posix/random.hpp"
#include "libsync/posix/socket_address.hpp"
#include "tools/common/build_time.hpp"
#include "tools/common/daemon_start.hpp"
#include "tools/common/groups.hpp"
#include "tools/common/paths.hpp"
#include "tools/common/poll_timeout.hpp"
#include "tools/common/signals.hpp"
#include "tools/syncweb/access/own_names.hpp"
#include "tools/syncweb/access/pin.hpp"
#include "tools/syncweb/certificate/own_certificate.hpp"
#include "tools/syncweb/machine/state_api.hpp"

namespace isletime::syncweb {
namespace {

constexpr nanoseconds kRenewalInterval = std::chrono::hours{1};  // between looks at the certificate
// The names of damaged presses are not among them: with such files a person decides.
constexpr std::array<std::string_view, 7> kFiles{kPressFile,           kPressLogFile,       kPressIndexFile,
                                                 Settings::kFile,      "settings.json.new", kCertificateFile,
                                                 "certificate.pem.new"};

// Each connection takes a descriptor, and the usual limit is 1,024.
void raise_descriptor_limit() {
  constexpr rlim_t kNeeded = ConnectionCounts::kMostInAll + 256;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kNeeded) return;
  limit.rlim_cur = std::min(limit.rlim_max, kNeeded);
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Without its user it serves, but no phone can set the hub.
std::string notice_of_nobody(const std::string& name) {
  const std::string group = find_group(kFeedGroup) ? "" : fmt::format("groupadd --system {} && ", kFeedGroup);
  const char* to_start = group.empty() ? "syncweb" : "sntpd and syncweb";
  return fmt::format(
      "runs as nobody, who may not feed sntpd: there is no user {0}: make one ({1}useradd --system --groups "
      "{2} "
      "{0}) and start {3} again, or give --user",
      name, group, kFeedGroup, to_start);
}

}  // namespace

Server::Server(const Options& options, const Log& log)
    : options_(options),
      log_(log),
      site_(options),
      link_(options.control_sockets),
      service_(site_, link_, log) {}

std::optional<Server::Failure> Server::open() {
  const auto chosen = choose_user(options_.user, kDefaultUser);
  if (!chosen) return chosen.error();
  raise_descriptor_limit();
  if (options_.pin_file) {
    auto hash = read_pin_file(*options_.pin_file);
    if (!hash) return Failure{ExitStatus::kUsage, "--pin-file " + hash.error()};
    site_.login.pin_hash = *std::move(hash);
  }
  std::vector<Listener> plain;
  std::vector<Listener> secure;
  if (auto failure = open_listeners(options_.port, plain)) return failure;
  if (auto failure = open_listeners(options_.tls_port, secure)) return failure;
  if (auto failure = open_state(chosen->id())) return failure;
  if (auto watch = InterfaceWatch::open()) watch_.emplace(*std::move(watch));
  site_.run = fmt::format("{:016x}", random_u64());
  site_.started = mono_now();
  site_.own_addresses = interface_addresses();
  site_.host_name = host_name_of_this_machine();
  if (auto failure = serve(std::move(plain), nullptr)) return failure;
  const auto sandbox = options_.no_sandbox ? std::nullopt : std::optional{Sandbox::kWebServer};
  if (auto failure = give_up_rights(chosen->user, Rights::kNone, sandbox, log_)) return failure;
  // The key must belong to the user as which this goes on.
  if (auto failure = serve_securely(std::move(secure))) return failure;
  open_kept();
  if (chosen->is_nobody) log_.notice(notice_of_nobody(chosen->name));
  return std::nullopt;
}

std::optional<Server::Failure> Server::open_listeners(std::uint16_t port, std::vector<Listener>& listeners) {
  if (port == 0) return std::nullopt;
  return open_sockets(options_.bind, port, "--port or --tls-port",
                      [&](const Endpoint& local) -> std::optional<SysError> {
                        auto listener = open_listener(local);
                        if (!listener) return listener.error();
                        listeners.push_back(*std::move(listener));
                        return std::nullopt;
                      });
}

std::optional<Server::Failure> Server::open_state(uid_t owner) {
  const bool is_given = options_.state_folder.has_value();
  const std::string path =
      options_.state_folder.value_or(default_paths(surroundings()).state_folder + "-web");
  auto folder =
      isletime::open_state({.path = path, .is_given = is_given, .daemon = "syncweb", .files = kFiles}, owner);
  if (!folder && is_given) return Failure{ExitStatus::kSystemFailed, folder.error()};
  if (!folder) {
    log_.notice(folder.error() + ": nothing is kept there");
    return std::nullopt;
  }
  if (!folder->is_owners()) {
    log_.notice(
        fmt::format("{}: belongs to root, and syncweb cannot write there as user {}: chown it to that user",
                    path, owner));
  }
  state_.emplace(*std::move(folder));
  return std::nullopt;
}

void Server::open_kept() {
  site_.presses.open(state_ ? &*state_ : nullptr);
  if (!state_) return;
  if (const auto warning = site_.settings.open(*state_, boot_id().value_or(""))) log_.notice(*warning);
}

std::optional<Server::Failure> Server::serve_securely(std::vector<Listener> listeners) {
  if (listeners.empty()) return std::nullopt;
  const auto keys = certify({build_time(), std::nullopt});
  if (!keys) return Failure{ExitStatus::kSystemFailed, keys.error()};
  return serve(std::move(listeners), &*keys);
}

CertificateNames Server::names_to_certify() const {
  return wanted_names(own_names(site_.host_name, options_.names), site_.own_addresses);
}

Result<TlsKeys, std::string> Server::certify(const KnownTime& time) {
  auto used = certificate_in_use(state_ ? &*state_ : nullptr, names_to_certify(), time);
  if (!used) return Unexpected{used.error()};
  if (used->notice) log_.notice("has made itself a new certificate: " + *used->notice);
  if (used->failure) log_.error(*used->failure);
  certificate_ = std::move(used->certificate);
  return TlsKeys{certificate_->pair.certificate, certificate_->pair.key};
}

void Server::renew_certificate(Instant now) {
  if (!certificate_) return;
  next_renewal_ = now.mono + kRenewalInterval;
  const HubTime hub = site_.hub.at(now);
  const KnownTime time{build_time(), hub.is_reliable ? std::optional{hub.time} : std::nullopt};
  if (!reason_to_renew(*certificate_, names_to_certify(), time)) return;
  const auto keys = certify(time);
  const auto failure = keys ? service_.replace_keys(*keys) : std::optional{keys.error()};
  if (failure) log_.error("HTTPS: " + *failure);
}

std::optional<Server::Failure> Server::serve(std::vector<Listener> listeners, const TlsKeys* keys) {
  for (Listener& listener : listeners) {
    const std::string local = to_string(listener.local);
    if (const auto failure = service_.serve(std::move(listener), keys))
      return Failure{ExitStatus::kSystemFailed, fmt::format("{}: {}", local, *failure)};
    log_.notice(fmt::format("serving {}://{}/", keys != nullptr ? "https" : "http", local));
  }
  return std::nullopt;
}

void Server::run() {
  catch_signals(Hangup::kStops);
  std::signal(SIGPIPE, SIG_IGN);
  while (!stop_requested()) wait_for_events();
}

std::optional<MonoTime> Server::next_wakeup() const {
  const auto of_service = service_.next_wakeup();
  const auto of_link = link_.next_wakeup();
  if (!of_service || !of_link) return of_service ? of_service : of_link;
  return std::min(*of_service, *of_link);
}

void Server::wait_for_events() {
  std::vector<pollfd> polled;
  service_.append_polled(polled);
  link_.append_polled(polled);
  if (watch_) polled.push_back({watch_->descriptor(), POLLIN, 0});
  if (poll(polled.data(), polled.size(), poll_timeout(next_wakeup())) < 0) return;
  const Instant now = read_instant(mono_now, wall_now);
  link_.step(site_, now);
  if (const auto change = link_.take_change()) log_.notice(to_string(*change));
  keep_history(site_, now);
  const bool has_moved = watch_ && watch_->take_changed();
  if (has_moved) site_.own_addresses = interface_addresses();
  if (has_moved || now.mono >= next_renewal_) renew_certificate(now);
  service_.step();
  for (const std::string& message : site_.presses.take_messages()) log_.error(message);
}

}  // namespace isletime::syncweb
