// SPDX-License-Identifier: MIT
#include "firmware/kit/device_name.hpp"

#include <algorithm>
#include <span>

#include "firmware/board.hpp"
#include "firmware/kit/settings.hpp"
#include "libsync/core/text_writer.hpp"

namespace isletime::firmware {
namespace {

bool is_harmless(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.';
}

}  // namespace

DeviceName::DeviceName(std::string_view kind) {
  TextWriter name{std::span{name_}.first(kLongest)};
  const std::string_view wanted = setting("name");
  const bool is_usable =
      !wanted.empty() && wanted.size() <= kLongest && std::all_of(wanted.begin(), wanted.end(), is_harmless);
  if (is_usable) {
    name.text(wanted);
  } else {
    const auto mac = board::mac_address();
    name.text(kind).text("-").hex(std::uint64_t{mac[3]} << 16 | std::uint64_t{mac[4]} << 8 | mac[5], 6);
  }
  size_ = name.view().size();
}

}  // namespace isletime::firmware
