// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/common_headers.hpp"

#include <algorithm>
#include <array>

namespace isletime::syncweb {
namespace {

struct CommonHeader {
  const char* name;
  const char* value;
};

constexpr std::array kCommonHeaders{
    CommonHeader{"X-Content-Type-Options", "nosniff"},
    // With "no-referrer", browsers would send "Origin: null" with our own forms.
    CommonHeader{"Referrer-Policy", "same-origin"},
    CommonHeader{"X-Frame-Options", "DENY"},
    CommonHeader{"Cross-Origin-Resource-Policy", "same-origin"},
    CommonHeader{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
};

bool is_same_field_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

void add_common_headers(Response& response) {
  for (const CommonHeader& common : kCommonHeaders) {
    const bool has_it =
        std::any_of(response.headers.begin(), response.headers.end(),
                    [&](const Field& field) { return is_same_field_name(field.name, common.name); });
    if (!has_it) response.headers.push_back({common.name, common.value});
  }
}

}  // namespace isletime::syncweb
