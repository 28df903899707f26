// SPDX-License-Identifier: MIT
// Sources that the hub does not poll, because other programs feed their samples or a person sets the time,
// and whether the last sample of each was accepted.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libsync/hub/discipline/discipline.hpp"
#include "libsync/policy/timekeeper.hpp"

namespace isletime {

// The largest bound with which a source is weighed against others: four deviations of an error that is
// uniform within it are about 16 s, the limit of NTP. A less accurate source may only set a clock that no
// better source sets.
inline constexpr Dispersion kLeastKnown{seconds{6}};

struct FedSource {
  std::string source;
  SourceKind kind;
  std::optional<std::size_t> index;  // in the discipline, while it may steer the clock
  bool is_known_vaguely = false;     // the samples in the discipline are vague
  MonoTime at{};                     // of the last sample
  Offset offset{};
  Dispersion bound{};
  std::string verdict{};  // one word for programs
  std::string text{};     // a clause for people

  bool is_vague() const { return kind != SourceKind::kFedNtp && bound > kLeastKnown; }
};

class FedSources {
 public:
  explicit FedSources(Discipline& discipline) : discipline_(discipline) {}

  std::span<const FedSource> all() const { return sources_; }
  // Replaces the source that was silent for longest if there are too many.
  FedSource& find_or_add(const std::string& source, SourceKind kind);

  // Gives the source a place in the discipline. Returns false if there is none left.
  bool join(FedSource& source);
  void leave(FedSource& source);
  void leave_all();
  void leave_kind(SourceKind kind);
  // Leaves the discipline to the sources of this kind.
  void leave_other_kinds(SourceKind kind);
  // Removes the sources whose window has passed.
  void leave_expired(const Timekeeper& timekeeper, MonoTime now);

 private:
  Discipline& discipline_;
  std::vector<FedSource> sources_;
};

}  // namespace isletime
