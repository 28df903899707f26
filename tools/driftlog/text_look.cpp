// SPDX-License-Identifier: MIT
#include "tools/driftlog/text_look.hpp"

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cstdlib>
#include <langinfo.h>
#include <optional>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace isletime::driftlog {
namespace {

std::string_view environment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string_view{} : text;
}

std::optional<std::size_t> told_columns() {
  const std::string_view text = environment("COLUMNS");
  std::size_t columns = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), columns);
  if (failure != std::errc{} || end != text.data() + text.size() || columns == 0) return std::nullopt;
  return columns;
}

std::optional<std::size_t> terminal_columns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

bool is_locale_utf8() {
  const locale_t locale = newlocale(LC_CTYPE_MASK, "", nullptr);
  if (locale == nullptr) return false;
  const bool is_utf8 = std::string_view{nl_langinfo_l(CODESET, locale)} == "UTF-8";
  freelocale(locale);
  return is_utf8;
}

}  // namespace

TextLook find_text_look() {
  constexpr std::size_t kFewest = 40;
  constexpr std::size_t kMost = 400;
  TextLook look;
  if (const auto columns = told_columns()) {
    look.columns = *columns;
  } else if (const auto columns_there = terminal_columns()) {
    look.columns = *columns_there;
  }
  look.columns = std::clamp(look.columns, kFewest, kMost);
  look.is_utf8 = is_locale_utf8();
  look.has_colours =
      isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  return look;
}

}  // namespace isletime::driftlog
