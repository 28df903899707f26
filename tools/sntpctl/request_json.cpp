// SPDX-License-Identifier: MIT
#include "tools/sntpctl/request_json.hpp"

#include "libsync/record/json_writer.hpp"

namespace isletime::sntpctl {

std::string request_json(const Options& options) {
  JsonWriter json;
  json.text("request", to_string(options.command));
  if (options.follow) json.flag("follow", true);
  if (options.command == Command::kActivity) json.count("lines", options.lines);
  if (options.command == Command::kSet) {
    json.time("time", options.time).seconds("uncertainty_s", options.uncertainty.value);
  }
  if (options.rate_error) {
    constexpr int kDecimals = 6;  // enough to distinguish all values of Ppm
    json.number("rate_ppm", static_cast<double>(options.rate_error->scaled) / 65536, kDecimals);
  }
  return json.object();
}

std::string feed_json(const SampleRecord& sample) {
  return JsonWriter{}.text("request", "feed").raw("sample", json_line(sample)).object();
}

}  // namespace isletime::sntpctl
