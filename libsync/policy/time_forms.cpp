// SPDX-License-Identifier: MIT
#include "libsync/policy/time_forms.hpp"

#include "libsync/core/rfc3339.hpp"

namespace isletime {

void write_time_and_date(TextWriter& out, const CivilTime& local) {
  const auto weekday = static_cast<std::uint64_t>(iso_weekday(days_since_epoch(local.date)));
  out.digits(local.hour, 2).text(":").digits(local.minute, 2).text(":").digits(local.second, 2);
  out.text(", ").digits(weekday, 2).text(", ");
  out.digits(local.date.day, 2).text("-").digits(local.date.month, 2).text("-");
  out.digits(static_cast<std::uint64_t>(local.date.year), 4);
}

void write_time_object(TextWriter& out, const DeviceTime& time, nanoseconds age, std::string_view source) {
  const rfc3339::Written written = format_rfc3339(time.time);
  out.text(R"({"time":")").text({written.data(), written.size()});
  out.text(R"(","unix":)").seconds(time.time.time_since_epoch());
  out.text(R"(,"reliable":)").text(time.is_reliable ? "true" : "false");
  out.text(R"(,"bound_s":)").seconds(time.bound.value);
  out.text(R"(,"age_s":)").seconds(age);
  out.text(R"(,"source":")").text(source);
  out.text(R"(","kind":")").text(name_of(time.source)).text(R"("})");
}

}  // namespace isletime
