// SPDX-License-Identifier: MIT
// An app that checks every table of test vectors on the CPU for which it is built. It writes a line per
// check; the exit status is the number of those that failed.
#include <array>
#include <span>

#include "firmware/app.hpp"
#include "firmware/board.hpp"
#include "libsync/core/text_writer.hpp"
#include "tests/core/vectors/aes_cmac_vectors.hpp"
#include "tests/core/vectors/bytes_vectors.hpp"
#include "tests/core/vectors/civil_time_vectors.hpp"
#include "tests/core/vectors/exchange_vectors.hpp"
#include "tests/core/vectors/ip_address_vectors.hpp"
#include "tests/core/vectors/ntp_mac_vectors.hpp"
#include "tests/core/vectors/ntp_packet_vectors.hpp"
#include "tests/core/vectors/ntp_timestamp_vectors.hpp"
#include "tests/core/vectors/posix_tz_vectors.hpp"
#include "tests/core/vectors/reference_id_vectors.hpp"
#include "tests/core/vectors/rfc3339_vectors.hpp"
#include "tests/core/vectors/short_time_vectors.hpp"
#include "tests/core/vectors/time_types_vectors.hpp"

namespace isletime::vectors {
namespace {

constexpr std::span<const Check> kChecks[] = {
    kBytesChecks,       kTimeTypesChecks, kNtpTimestampChecks, kShortTimeChecks, kExchangeChecks,
    kReferenceIdChecks, kNtpMacChecks,    kNtpPacketChecks,    kCivilTimeChecks, kRfc3339Checks,
    kIpAddressChecks,   kPosixTzChecks,   kAesCmacChecks,
};

bool passes(const Check& check) {
  const int failing = check.first_failing();
  std::array<char, 120> room{};
  TextWriter line{room};
  line.text(failing == kNone ? "ok " : "FAIL ").text(check.name);
  if (failing != kNone) line.text(" vector ").number(static_cast<std::uint64_t>(failing));
  board::write(line.text("\n").view());
  return failing == kNone;
}

}  // namespace
}  // namespace isletime::vectors

int isletime::firmware::run() {
  int failed = 0;
  for (const auto& checks : vectors::kChecks) {
    for (const auto& check : checks) failed += vectors::passes(check) ? 0 : 1;
  }
  return failed;
}
