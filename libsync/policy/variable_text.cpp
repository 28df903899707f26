// SPDX-License-Identifier: MIT
#include "libsync/policy/variable_text.hpp"

#include <algorithm>
#include <array>

namespace isletime {
namespace {

constexpr std::size_t kLongestLine = 72;
constexpr std::string_view kEndOfLine = "\r\n";

// A comma would end the value and a quotation mark the text, and a control character would reach the
// terminal.
constexpr char made_plain(char c) {
  return c < ' ' || c > '~' || c == '"' || c == ',' || c == '\\' ? '_' : c;
}

constexpr bool is_letter_or_digit(std::uint8_t c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_plain_code(ReferenceId id) {
  if (!is_ascii_code(id)) return false;
  for (int i = 0; i < 4; ++i) {
    if (id.byte(i) != 0 && !is_letter_or_digit(id.byte(i))) return false;
  }
  return true;
}

}  // namespace

// One variable. The buffer is longer than any variable: names are ours, and texts are truncated.
class VariableText::Item {
 public:
  explicit Item(std::string_view name) {
    append(name);
    append("=");
  }

  void append(std::string_view text) {
    const std::size_t fitting = std::min(text.size(), characters_.size() - size_);
    std::copy_n(text.begin(), fitting, characters_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += fitting;
  }

  void append_plain(std::string_view text) {
    for (const char c : text.substr(0, kLongestText)) {
      const char plain = made_plain(c);
      append({&plain, 1});
    }
  }

  // Writes at least `width` digits.
  void append_number(std::uint64_t value, unsigned base, std::size_t width) {
    std::array<char, 20> digits{};
    std::size_t first = digits.size();
    for (; value != 0 || digits.size() - first < width; value /= base) {
      digits[--first] = "0123456789abcdef"[value % base];
    }
    append({&digits[first], digits.size() - first});
  }

  // `value` is in units of the last decimal.
  void append_fixed(std::int64_t value, std::size_t decimals) {
    const auto bits = static_cast<std::uint64_t>(value);
    const std::uint64_t magnitude = value < 0 ? 0 - bits : bits;
    std::uint64_t scale = 1;
    for (std::size_t i = 0; i < decimals; ++i) scale *= 10;
    if (value < 0) append("-");
    append_number(magnitude / scale, 10, 1);
    if (decimals == 0) return;
    append(".");
    append_number(magnitude % scale, 10, decimals);
  }

  std::string_view text() const { return {characters_.data(), size_}; }

 private:
  std::array<char, 96> characters_{};
  std::size_t size_ = 0;
};

void VariableText::number(std::string_view name, std::optional<std::int64_t> value) {
  if (!list_.wants(name) || !value) return;
  Item item(name);
  item.append_fixed(*value, 0);
  add(item);
}

void VariableText::hexadecimal(std::string_view name, std::uint32_t value) {
  if (!list_.wants(name)) return;
  Item item(name);
  item.append("0x");
  item.append_number(value, 16, 1);
  add(item);
}

void VariableText::bound(std::string_view name, nanoseconds value) {
  if (!list_.wants(name)) return;
  Item item(name);
  item.append_fixed(std::chrono::ceil<std::chrono::microseconds>(value).count(), 3);
  add(item);
}

void VariableText::milliseconds(std::string_view name, std::optional<nanoseconds> value) {
  if (!list_.wants(name) || !value) return;
  Item item(name);
  item.append_fixed(value->count(), 6);
  add(item);
}

void VariableText::frequency(std::string_view name, std::optional<Ppm> value) {
  if (!list_.wants(name) || !value) return;
  Item item(name);
  item.append_fixed(value->scaled / 65536 * 1000 + value->scaled % 65536 * 1000 / 65536, 3);
  add(item);
}

void VariableText::stamp(std::string_view name, std::optional<NtpTimestamp> value) {
  if (!list_.wants(name) || !value) return;
  Item item(name);
  item.append("0x");
  item.append_number(value->raw() >> 32, 16, 8);
  item.append(".");
  item.append_number(value->raw() & 0xffff'ffff, 16, 8);
  add(item);
}

void VariableText::reference_id(std::string_view name, ReferenceId id, std::uint8_t stratum) {
  if (!list_.wants(name)) return;
  Item item(name);
  const bool is_code = stratum <= 1 && is_plain_code(id);
  for (int i = 0; i < 4; ++i) {
    if (is_code) {
      const char letter = static_cast<char>(id.byte(i));
      if (letter != 0) item.append({&letter, 1});
    } else {
      if (i > 0) item.append(".");
      item.append_number(id.byte(i), 10, 1);
    }
  }
  add(item);
}

void VariableText::word(std::string_view name, std::string_view text) {
  if (!list_.wants(name) || text.empty()) return;
  Item item(name);
  item.append_plain(text);
  add(item);
}

void VariableText::quoted(std::string_view name, std::string_view text) {
  if (!list_.wants(name) || text.empty()) return;
  Item item(name);
  item.append("\"");
  item.append_plain(text);
  item.append("\"");
  add(item);
}

void VariableText::add(const Item& item) {
  const std::string_view text = item.text();
  std::string_view between = line_ + 2 + text.size() > kLongestLine ? ",\r\n" : ", ";
  if (size_ == 0) between = "";
  if (size_ + between.size() + text.size() + kEndOfLine.size() > out_.size()) return;
  line_ = (between.size() == 3 ? 0 : line_ + between.size()) + text.size();
  for (const std::string_view part : {between, text}) {
    for (const char c : part) out_[size_++] = static_cast<std::uint8_t>(c);
  }
}

std::size_t VariableText::finish() {
  if (size_ == 0) return 0;
  for (const char c : kEndOfLine) out_[size_++] = static_cast<std::uint8_t>(c);
  return size_;
}

}  // namespace isletime
