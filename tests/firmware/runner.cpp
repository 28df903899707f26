// SPDX-License-Identifier: MIT
// Checks every table of test vectors on the CPU for which this is built. Prints a line per table; the exit
// status is the number of tables that failed.
#include <array>
#include <span>
#include <string_view>

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
#include "tests/firmware/machine.hpp"

namespace isletime::vectors {
namespace {

constexpr std::span<const Check> kChecks[] = {
    kBytesChecks,       kTimeTypesChecks, kNtpTimestampChecks, kShortTimeChecks, kExchangeChecks,
    kReferenceIdChecks, kNtpMacChecks,    kNtpPacketChecks,    kCivilTimeChecks, kRfc3339Checks,
    kIpAddressChecks,   kPosixTzChecks,   kAesCmacChecks,
};

void write_number(int number) {
  std::array<char, 10> digits{};
  std::size_t start = digits.size();
  do {
    digits[--start] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  machine::write({digits.data() + start, digits.size() - start});
}

bool passes(const Check& check) {
  const int failing = check.first_failing();
  machine::write(failing == kNone ? "ok " : "FAIL ");
  machine::write(check.name);
  if (failing != kNone) {
    machine::write(" vector ");
    write_number(failing);
  }
  machine::write("\n");
  return failing == kNone;
}

}  // namespace
}  // namespace isletime::vectors

void run() {
  int failed = 0;
  for (const auto& checks : isletime::vectors::kChecks) {
    for (const auto& check : checks) failed += isletime::vectors::passes(check) ? 0 : 1;
  }
  isletime::machine::exit(failed);
}
