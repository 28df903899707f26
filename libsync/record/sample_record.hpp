// SPDX-License-Identifier: MIT
// The sample record: one measurement of one clock, as every measuring program prints it and as sntpctl reads
// it. Offset = remote - local, so it is positive if the local clock is behind. The table of fields alone
// defines their names, order and form.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libsync/core/reference_id.hpp"
#include "libsync/core/time_types.hpp"

namespace isletime {

struct SampleRecord {
  WallTime time;       // of the local clock
  std::string source;  // "ntp:192.0.2.7", "rtc:/dev/i2c-1@0x68"
  std::optional<nanoseconds> offset;
  std::optional<nanoseconds> uncertainty;  // a bound on the offset's error
  std::optional<nanoseconds> delay;
  std::optional<std::uint8_t> stratum;
  std::optional<std::uint8_t> leap;  // 0 to 3, as on the wire
  std::optional<std::string> refid;
  std::optional<nanoseconds> root_delay;
  std::optional<nanoseconds> root_dispersion;
  std::optional<double> temperature_c;
  std::optional<std::string> zone;
  std::optional<bool> dst;
  std::optional<bool> reliable;
  std::optional<std::string> error;  // why there is no offset
};

struct SampleField {
  enum class Form : std::uint8_t { kText, kLiteral };  // only text is quoted in JSON

  std::string_view name;
  Form form;
  std::optional<std::string> (*value)(const SampleRecord&);
};

// The fields are in the order of the CSV columns.
std::span<const SampleField> sample_fields();

// Lines are returned without their end.
std::string csv_header();
std::string csv_row(const SampleRecord& record);
std::string json_line(const SampleRecord& record);  // absent fields are left out

// Returns nine exact decimals: "-0.000000123".
std::string seconds_text(nanoseconds value);
// Returns "GPS" at stratum 0 and 1 if it is ASCII, otherwise an IPv4 address: "127.127.1.1".
std::string reference_id_text(ReferenceId id, std::uint8_t stratum);

}  // namespace isletime
