// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/media_type.hpp"

#include <algorithm>

#include "tools/syncweb/access/called_host.hpp"

namespace isletime::syncweb {

bool has_media_type(const Request& request, std::string_view lower_case_type) {
  const std::string* value = only_value(request, "content-type");
  if (value == nullptr) return false;
  std::string_view type = std::string_view{*value}.substr(0, value->find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  return std::equal(type.begin(), type.end(), lower_case_type.begin(), lower_case_type.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

}  // namespace isletime::syncweb
