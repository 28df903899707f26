// SPDX-License-Identifier: MIT
// The words by which people know the kinds of source, and the prefixes by which samples that are fed name
// them. A device needs none of it: it would fill memory there.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "libsync/core/dialect.hpp"
#include "libsync/policy/source_kind.hpp"

namespace isletime {

struct SourceKindTexts {
  const char* words;  // as in the manual: "phone on the access point"
  // The prefixes of sources of this kind in samples that are fed, without the colon, as in
  // "phone:192.168.4.17". A kind without a prefix cannot be fed.
  std::array<std::string_view, 2> prefixes{};
};

// The texts, in the order of the kinds.
inline constexpr std::array<SourceKindTexts, kSourceKinds> kSourceKindTexts{{
    {"NTP", {}},
    {"NTP that is fed", {"ntp"}},
    {"phone on the access point", {}},
    {"by hand", {"manual"}},
    {"phone elsewhere", {"phone"}},
    {"OCPP or HTTP", {"ocpp", "http"}},
    {"RTC", {"rtc"}},
    {"NTP by a local clock", {}},
    {"camera", {"camera", "ccapi"}},
    {"nothing", {}},
}};

std::optional<SourceKind> source_kind_of(std::string_view name);  // absent: there is none of that name
// Returns the kind of a source that is fed, such as "phone:192.168.4.17" or "manual", or nothing if no kind
// has its prefix.
std::optional<SourceKind> fed_kind_of(std::string_view source);

}  // namespace isletime
