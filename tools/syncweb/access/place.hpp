// SPDX-License-Identifier: MIT
// A place from which requests come, as options name it: an interface of this machine, or a range of
// addresses.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>

#include "libsync/core/ip_address.hpp"
#include "libsync/posix/interfaces.hpp"

namespace isletime::syncweb {

using Interface = std::string;  // "ap0"
using Place = std::variant<Interface, Prefix>;

// Reads "ap0", "192.168.4.0/24" or a single address. Returns nothing if it is neither.
std::optional<Place> parse_place(const std::string& text);

// Returns whether a request from `from` to our own address `to` came from one of the places. It came over an
// interface if `to` is an address of that interface and `from` is in that address's network, so that neither
// a router elsewhere nor a guess at another interface's address counts.
bool is_from(std::span<const Place> places, IpAddress from, IpAddress to,
             std::span<const InterfaceAddress> own);

}  // namespace isletime::syncweb
