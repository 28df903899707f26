// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/own_names.hpp"

#include <algorithm>
#include <array>

#include <unistd.h>

#include "tools/syncweb/access/authority.hpp"

namespace isletime::syncweb {
namespace {

void add_name(std::vector<std::string>& names, const std::string& text) {
  const auto authority = parse_authority(text);
  if (!authority || authority->address || authority->port || authority->name == "localhost") return;
  if (std::find(names.begin(), names.end(), authority->name) == names.end()) names.push_back(authority->name);
}

}  // namespace

std::vector<std::string> own_names(const std::string& host_name, std::span<const std::string> further) {
  std::vector<std::string> names;
  const std::string first_label = host_name.substr(0, host_name.find('.'));
  if (first_label != "localhost") {
    add_name(names, host_name);
    add_name(names, first_label);
    if (!first_label.empty()) add_name(names, first_label + ".local");
  }
  for (const std::string& name : further) add_name(names, name);
  return names;
}

std::string host_name_of_this_machine() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

}  // namespace isletime::syncweb
