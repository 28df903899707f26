// SPDX-License-Identifier: MIT
#include "tools/sntpd/keeping/fed_sources.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "libsync/posix/socket_address.hpp"

namespace isletime::sntpd {
namespace {

constexpr std::size_t kMostSources = 16;

constexpr std::array<std::pair<std::string_view, SourceKind>, 8> kPrefixes{{
    {"ntp", SourceKind::kFedNtp},
    {"phone", SourceKind::kPhone},
    {"manual", SourceKind::kManual},
    {"ocpp", SourceKind::kOcpp},
    {"http", SourceKind::kOcpp},  // good to its round trip as well
    {"rtc", SourceKind::kRtc},
    {"ccapi", SourceKind::kCamera},
    {"camera", SourceKind::kCamera},
}};

}  // namespace

std::optional<SourceKind> kind_of(const std::string& source, std::span<const Prefix> access_point) {
  const auto colon = source.find(':');
  const std::string prefix = source.substr(0, colon);
  const auto known = std::find_if(kPrefixes.begin(), kPrefixes.end(),
                                  [&](const auto& entry) { return entry.first == prefix; });
  if (known == kPrefixes.end()) return std::nullopt;
  if (known->second != SourceKind::kPhone || colon == std::string::npos) return known->second;
  const auto address = parse_address(source.substr(colon + 1));
  const bool is_near =
      address && std::any_of(access_point.begin(), access_point.end(),
                             [&](const Prefix& network) { return contains(network, address->address); });
  return is_near ? SourceKind::kPhoneOnAccessPoint : SourceKind::kPhone;
}

FedSource& FedSources::find_or_add(const std::string& source, SourceKind kind) {
  const auto known = std::find_if(sources_.begin(), sources_.end(),
                                  [&](const FedSource& fed) { return fed.source == source; });
  if (known != sources_.end()) {
    if (known->kind != kind) leave(*known);
    known->kind = kind;
    return *known;
  }
  if (sources_.size() == kMostSources) {
    const auto oldest = std::min_element(sources_.begin(), sources_.end(),
                                         [](const FedSource& a, const FedSource& b) { return a.at < b.at; });
    leave(*oldest);
    sources_.erase(oldest);
  }
  return sources_.emplace_back(FedSource{.source = source, .kind = kind, .index = {}});
}

const FedSource* FedSources::find(std::size_t index) const {
  const auto found = std::find_if(sources_.begin(), sources_.end(),
                                  [&](const FedSource& fed) { return fed.index == index; });
  return found == sources_.end() ? nullptr : &*found;
}

bool FedSources::join(FedSource& source) {
  const std::uint8_t rank = kDefaultRules[static_cast<std::size_t>(source.kind)].rank;
  if (!source.index) source.index = discipline_.add({.rank = rank});
  return source.index.has_value();
}

void FedSources::leave(FedSource& source) {
  if (source.index) discipline_.remove(*source.index);
  source.index.reset();
}

void FedSources::leave_all() {
  for (FedSource& source : sources_) leave(source);
}

void FedSources::leave_outranked(SourceKind kind) {
  for (FedSource& source : sources_) {
    if (source.kind > kind) leave(source);
  }
}

void FedSources::leave_expired(const Timekeeper& timekeeper, MonoTime now) {
  for (FedSource& source : sources_) {
    if (elapsed(source.at, now) > timekeeper.window(source.kind, source.bound)) leave(source);
  }
}

}  // namespace isletime::sntpd
