// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/form.hpp"

#include <algorithm>

#include "libsync/record/plain_text.hpp"

namespace isletime::syncweb {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (!high || !low) return std::nullopt;
      out += static_cast<char>(*high << 4 | *low);
      i += 2;
    }
  }
  return is_plain(out) ? std::optional{std::move(out)} : std::nullopt;
}

}  // namespace

std::optional<std::vector<Field>> parse_form(std::string_view body) {
  std::vector<Field> fields;
  while (!body.empty()) {
    const std::string_view pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(pair.size() + 1, body.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value || form_field(fields, *name) != nullptr || fields.size() == kMostFormFields)
      return std::nullopt;
    fields.push_back({*std::move(name), *std::move(value)});
  }
  return fields;
}

const std::string* form_field(const std::vector<Field>& form, std::string_view name) {
  const auto found =
      std::find_if(form.begin(), form.end(), [&](const Field& field) { return field.name == name; });
  return found == form.end() ? nullptr : &found->value;
}

}  // namespace isletime::syncweb
