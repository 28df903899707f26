// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/request_target.hpp"

#include <algorithm>
#include <cctype>

#include "libsync/record/plain_text.hpp"

namespace isletime::syncweb {
namespace {

enum class Plus : bool { kIsPlus, kIsSpace };

std::optional<unsigned> hexadecimal_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<std::string> decoded(std::string_view text, Plus plus) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::kIsSpace) {
      plain += ' ';
      continue;
    }
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hexadecimal_digit(text[i + 1]);
    const auto low = hexadecimal_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    plain += static_cast<char>(*high << 4 | *low);
    i += 2;
  }
  if (!is_plain(plain)) return std::nullopt;
  return plain;
}

// Removes the part up to the first `separator` from `rest` and returns it.
std::string_view take_until(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return part;
}

std::optional<std::vector<Field>> parse_query(std::string_view text) {
  std::vector<Field> query;
  while (!text.empty()) {
    std::string_view value = take_until(text, '&');
    if (value.empty()) continue;
    const std::string_view name = take_until(value, '=');
    auto plain_name = decoded(name, Plus::kIsSpace);
    auto plain_value = decoded(value, Plus::kIsSpace);
    if (!plain_name || !plain_value || query.size() == kMostParameters) return std::nullopt;
    query.push_back({*std::move(plain_name), *std::move(plain_value)});
  }
  return query;
}

// Removes "http://host:port" from `text` and returns the authority. An absolute URI may lack the path.
std::optional<std::string> take_authority(std::string_view& text) {
  for (const std::string_view scheme : {std::string_view{"http://"}, std::string_view{"https://"}}) {
    const bool has_scheme =
        text.size() > scheme.size() &&
        std::equal(scheme.begin(), scheme.end(), text.begin(), [](char expected, char given) {
          return expected == std::tolower(static_cast<unsigned char>(given));
        });
    if (!has_scheme) continue;
    text.remove_prefix(scheme.size());
    const auto end = std::min(text.find_first_of("/?"), text.size());
    std::string authority{text.substr(0, end)};
    text.remove_prefix(end);
    return authority;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
  Target target;
  target.authority = take_authority(text);
  if (target.authority && (target.authority->empty() || !is_plain(*target.authority))) return std::nullopt;
  const std::string_view raw_path = take_until(text, '?');
  auto path = decoded(raw_path, Plus::kIsPlus);
  auto query = parse_query(text);
  if (!path || !query) return std::nullopt;
  if (path->empty() && target.authority) path->push_back('/');
  if (!path->starts_with('/')) return std::nullopt;
  target.path = *std::move(path);
  target.query = *std::move(query);
  return target;
}

}  // namespace isletime::syncweb
