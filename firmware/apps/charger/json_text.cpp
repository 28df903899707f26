// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/json_text.hpp"

namespace isletime::firmware {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Goes over a text from its front; each function returns false, or nothing, where the grammar is broken.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }

  void skip_blanks() {
    while (!text_.empty() && std::string_view{" \t\r\n"}.find(text_.front()) != std::string_view::npos)
      text_.remove_prefix(1);
  }

  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  // Blanks around a sign of structure are allowed.
  bool take_sign(char c) {
    skip_blanks();
    if (!take(c)) return false;
    skip_blanks();
    return true;
  }

  std::optional<std::string_view> value(int depth) {
    const std::string_view from = text_;
    if (!skip_value(depth)) return std::nullopt;
    return from.substr(0, from.size() - text_.size());
  }

 private:
  bool skip_value(int depth) {
    if (text_.empty() || depth == 0) return false;
    switch (text_.front()) {
      case '{':
        return skip_members('}', depth, true);
      case '[':
        return skip_members(']', depth, false);
      case '"':
        return skip_string();
      case 't':
        return take_word("true");
      case 'f':
        return take_word("false");
      case 'n':
        return take_word("null");
      default:
        return skip_number();
    }
  }

  bool skip_members(char end, int depth, bool has_names) {
    text_.remove_prefix(1);
    if (take_sign(end)) return true;
    do {
      skip_blanks();
      if (has_names && !(skip_string() && take_sign(':'))) return false;
      if (!skip_value(depth - 1)) return false;
    } while (take_sign(','));
    skip_blanks();
    return take(end);
  }

  bool skip_string() {
    if (!take('"')) return false;
    while (!text_.empty()) {
      const char c = text_.front();
      text_.remove_prefix(1);
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !skip_escape()) return false;
    }
    return false;
  }

  bool skip_escape() {
    if (!take('u')) {
      if (text_.empty() || std::string_view{"\"\\/bfnrt"}.find(text_.front()) == std::string_view::npos)
        return false;
      text_.remove_prefix(1);
      return true;
    }
    constexpr std::string_view kHexadecimal = "0123456789abcdefABCDEF";
    for (int i = 0; i < 4; ++i) {
      if (text_.empty() || kHexadecimal.find(text_.front()) == std::string_view::npos) return false;
      text_.remove_prefix(1);
    }
    return true;
  }

  bool take_word(std::string_view word) {
    if (text_.substr(0, word.size()) != word) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  bool skip_digits() {
    if (text_.empty() || !is_digit(text_.front())) return false;
    while (!text_.empty() && is_digit(text_.front())) text_.remove_prefix(1);
    return true;
  }

  bool skip_number() {
    take('-');
    if (!take('0') && !skip_digits()) return false;
    if (take('.') && !skip_digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return skip_digits();
  }

  std::string_view text_;
};

}  // namespace

std::optional<JsonValue> JsonValue::parse(std::string_view text) {
  Scanner scanner{text};
  scanner.skip_blanks();
  const auto value = scanner.value(kDeepest);
  if (!value) return std::nullopt;
  scanner.skip_blanks();
  if (!scanner.at_end()) return std::nullopt;
  return JsonValue{*value};
}

std::optional<JsonValue> JsonValue::element(std::size_t index) const {
  Scanner scanner{text_};
  if (!scanner.take_sign('[') || scanner.take(']')) return std::nullopt;
  do {
    const auto value = scanner.value(kDeepest);
    if (index-- == 0 && value) return JsonValue{*value};
  } while (scanner.take_sign(','));
  return std::nullopt;
}

std::optional<JsonValue> JsonValue::member(std::string_view name) const {
  Scanner scanner{text_};
  if (!scanner.take_sign('{') || scanner.take('}')) return std::nullopt;
  std::optional<JsonValue> found;
  do {
    const auto key = scanner.value(kDeepest);
    scanner.take_sign(':');
    const auto value = scanner.value(kDeepest);
    if (!key || !value || JsonValue{*key}.plain_string() != name) continue;
    if (found) return std::nullopt;
    found = JsonValue{*value};
  } while (scanner.take_sign(','));
  return found;
}

std::optional<std::string_view> JsonValue::plain_string() const {
  if (text_.front() != '"' || text_.find('\\') != std::string_view::npos) return std::nullopt;
  return text_.substr(1, text_.size() - 2);
}

std::optional<std::uint32_t> JsonValue::whole_number() const {
  constexpr std::size_t kMostDigits = 9;
  if (text_.size() > kMostDigits) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text_) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return value;
}

}  // namespace isletime::firmware
