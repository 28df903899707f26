// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/upstreams.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "libsync/posix/random.hpp"

namespace isletime::sntpd {

Upstreams::Upstreams(const KeyRing& keys, OwnQueries& own_queries, const Log& log, Resolver::Lookup lookup)
    : keys_(keys), own_queries_(own_queries), log_(log), resolver_(std::move(lookup)) {}

void Upstreams::start(std::size_t index, const std::string& source, ClientConfig config,
                      const ServerOption& option) {
  const Key* key = option.key ? keys_.find(*option.key) : nullptr;
  config.version = option.version;
  config.interleaved = option.interleaved;
  associations_.push_back(std::make_unique<Association>(Association{index, source, Upstream{config, key}}));
  if (option.takes_broadcasts && key != nullptr) {
    associations_.back()->listener.emplace(
        BroadcastClient::Config{.server = config.server, .precision = config.precision}, *key);
  }
}

void Upstreams::stop(std::size_t index) {
  std::erase_if(associations_, [&](const auto& association) { return association->index == index; });
}

std::optional<std::string> Upstreams::look_up(const Host& host) {
  auto failure = resolver_.ask(host.name, host.port);
  // The failure is the same for every name, so it is reported once.
  if (failure && !std::exchange(cannot_look_up_, true))
    log_.error(fmt::format("{}: cannot be resolved for now: {}", host.text, *failure));
  if (!failure) cannot_look_up_ = false;
  return failure;
}

void Upstreams::append_polled(std::vector<pollfd>& polled) const {
  for (const auto& association : associations_) polled.push_back(association->upstream.poll_entry());
  polled.push_back({resolver_.descriptor(), POLLIN, 0});
}

void Upstreams::step(std::span<const pollfd> polled, MonoTime now,
                     const std::function<void(Happening)>& handle,
                     const std::function<void(const Resolver::Resolved&)>& take_resolved) {
  const std::size_t of_associations = polled.empty() ? 0 : polled.size() - 1;
  for (std::size_t i = 0; i < associations_.size(); ++i) {
    Association& association = *associations_[i];
    const short revents = i < of_associations ? polled[i].revents : short{0};
    auto outcome = revents != 0 ? association.upstream.read(revents, now) : std::nullopt;
    if (outcome) handle({association, *std::move(outcome)});
    if (now < association.upstream.next_wakeup()) continue;
    outcome = association.upstream.ask(now, random_u64(), &own_queries_);
    if (outcome) handle({association, *std::move(outcome)});
  }
  if (polled.empty() || polled.back().revents == 0) return;
  for (const Resolver::Resolved& resolved : resolver_.take_resolved()) take_resolved(resolved);
}

std::optional<MonoTime> Upstreams::next_wakeup() const {
  std::optional<MonoTime> next;
  for (const auto& association : associations_) {
    const MonoTime wakeup = association->upstream.next_wakeup();
    next = std::min(next.value_or(wakeup), wakeup);
  }
  return next;
}

const Association* Upstreams::find(std::size_t index) const {
  const auto found = std::find_if(associations_.begin(), associations_.end(),
                                  [&](const auto& association) { return association->index == index; });
  return found == associations_.end() ? nullptr : found->get();
}

}  // namespace isletime::sntpd
