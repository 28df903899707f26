// SPDX-License-Identifier: MIT
#include "libsync/hub/fed_sources.hpp"

#include <algorithm>

namespace isletime {
namespace {

constexpr std::size_t kMostSources = 16;

}  // namespace

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

bool FedSources::join(FedSource& source) {
  if (!source.index) source.index = discipline_.add({.rank = default_rule(source.kind).rank});
  return source.index.has_value();
}

void FedSources::leave(FedSource& source) {
  if (source.index) discipline_.remove(*source.index);
  source.index.reset();
}

void FedSources::leave_all() {
  for (FedSource& source : sources_) leave(source);
}

void FedSources::leave_kind(SourceKind kind) {
  for (FedSource& source : sources_) {
    if (source.kind == kind) leave(source);
  }
}

void FedSources::leave_other_kinds(SourceKind kind) {
  for (FedSource& source : sources_) {
    if (source.kind != kind) leave(source);
  }
}

void FedSources::leave_expired(const Timekeeper& timekeeper, MonoTime now) {
  for (FedSource& source : sources_) {
    if (elapsed(source.at, now) > timekeeper.window(source.kind, source.bound)) leave(source);
  }
}

}  // namespace isletime
