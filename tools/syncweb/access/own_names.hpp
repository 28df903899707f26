// SPDX-License-Identifier: MIT
// The names by which this hub may be called: its host name, with and without a domain, the name that
// multicast DNS gives it (RFC 6762), and those that the options add.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace isletime::syncweb {

// In lower case, without final dots and without what is no name; each once, in order. "localhost" is not
// among them.
std::vector<std::string> own_names(const std::string& host_name, std::span<const std::string> further);

// The name of this machine; empty if the system reports none.
std::string host_name_of_this_machine();

}  // namespace isletime::syncweb
