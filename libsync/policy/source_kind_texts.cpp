// SPDX-License-Identifier: MIT
#include "libsync/policy/source_kind_texts.hpp"

#include <algorithm>

namespace isletime {

std::optional<SourceKind> source_kind_of(std::string_view name) {
  for (std::size_t i = 0; i < kSourceKinds; ++i) {
    const auto kind = static_cast<SourceKind>(i);
    if (name == name_of(kind)) return kind;
  }
  return std::nullopt;
}

std::optional<SourceKind> fed_kind_of(std::string_view source) {
  const std::string_view prefix = source.substr(0, source.find(':'));
  for (std::size_t i = 0; i < kSourceKinds && !prefix.empty(); ++i) {
    const auto& prefixes = kSourceKindTexts[i].prefixes;
    if (std::find(prefixes.begin(), prefixes.end(), prefix) != prefixes.end())
      return static_cast<SourceKind>(i);
  }
  return std::nullopt;
}

}  // namespace isletime
