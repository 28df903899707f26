// SPDX-License-Identifier: MIT
// The common part of all NTP sockets: UDP over IPv4 or IPv6 alone, kernel timestamps (SO_TIMESTAMPING), and a
// datagram's destination address (IP_PKTINFO). service_socket and query_socket use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <netinet/in.h>
#include <sys/socket.h>

#include "libsync/core/ip_address.hpp"
#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/posix/fd.hpp"
#include "libsync/posix/sys_error.hpp"

namespace isletime {

enum class Stamps : std::uint8_t {
  kReceive,
  kReceiveAndTransmit,
  kReceiveAndRequested,  // for datagrams sent with append_stamp_request(), numbered from 0 on
};

std::optional<SysError> ask_for_stamps(const Fd& socket, Stamps stamps);

// Opens an unbound socket of the family of `local`, close-on-exec.
Result<Fd, SysError> open_udp(IpAddress local, Stamps stamps);

// Returns nothing on success. `operation` names the call in an error.
std::optional<SysError> set_option(const Fd& socket, int level, int name, int value, const char* operation);

std::optional<SysError> bind_to(const Fd& socket, const Endpoint& local);
// Makes the kernel report the local address of each datagram that arrives.
std::optional<SysError> report_local_address(const Fd& socket, bool is_v4);
Result<Endpoint, SysError> local_endpoint(const Fd& socket);

// The contents of a datagram's control messages.
struct Ancillary {
  std::optional<WallTime> stamp;        // the kernel's receive stamp
  std::optional<Endpoint> local;        // without port
  std::optional<int> error;             // errno of an ICMP message (error queue)
  std::optional<std::uint32_t> number;  // of the sent datagram whose timestamp this is (error queue)
};
Ancillary read_ancillary(const msghdr& message);

// Room for the control messages of one datagram, suitably aligned.
struct ControlBuffer {
  alignas(cmsghdr) std::byte bytes[256];
};

// Appends to the control messages of `message`, which are in `buffer`: the datagram leaves from `from`, and
// through this interface unless it is 0.
void append_source(msghdr& message, ControlBuffer& buffer, IpAddress from, std::uint32_t interface);
// Asks the kernel to stamp the datagram when it leaves.
void append_stamp_request(msghdr& message, ControlBuffer& buffer);

}  // namespace isletime
