// SPDX-License-Identifier: MIT
#include "tools/common/probe/finding.hpp"

namespace isletime::probe {

SampleRecord record_of(const Finding& finding) {
  SampleRecord record;
  record.time = finding.time;
  record.source = "ntp:" + finding.host;
  if (const auto* failure = std::get_if<Failure>(&finding.outcome)) {
    record.error = failure->name;
    return record;
  }
  const Measurement& m = std::get<Measured>(finding.outcome).sample;
  record.offset = m.offset.value;
  record.uncertainty = error_bound(m);
  record.delay = m.delay.value;
  record.stratum = m.server.stratum;
  record.leap = static_cast<std::uint8_t>(m.server.leap);
  record.refid = reference_id_text(m.server.reference_id, m.server.stratum);
  record.root_delay = m.server.root_delay.to_nanoseconds();
  record.root_dispersion = m.server.root_dispersion.to_nanoseconds();
  return record;
}

}  // namespace isletime::probe
