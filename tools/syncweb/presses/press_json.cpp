// SPDX-License-Identifier: MIT
#include "tools/syncweb/presses/press_json.hpp"

#include <vector>

#include "libsync/record/json_writer.hpp"
#include "libsync/record/sample_record.hpp"

namespace isletime::syncweb {
namespace {

std::uint64_t id_count(std::int64_t id) {
  return static_cast<std::uint64_t>(id);
}

std::optional<nanoseconds> value_of(const std::optional<Dispersion>& bound) {
  return bound ? std::optional{bound->value} : std::nullopt;
}

JsonWriter press_members(const StoredPress& stored) {
  const Press& press = stored.press;
  JsonWriter json;
  json.count("id", id_count(stored.id)).text("sender", press.sender);
  if (!press.boot.empty()) json.text("boot", press.boot);
  if (press.number) json.count("number", *press.number);
  json.time("time", press.time).seconds("unix", press.time.time_since_epoch());
  json.seconds("uncertainty_s", value_of(press.uncertainty));
  if (press.is_reliable) json.flag("reliable", *press.is_reliable);
  if (stored.received) json.time("received", *stored.received);
  json.text("address", stored.address);
  return json;
}

std::string split_json(const SplitRow& row, bool has_first) {
  JsonWriter json = press_members(row.press);
  if (row.standing != PressStanding::kCounted) return json.text("why", to_string(row.standing)).object();
  json.text("order", to_string(row.order)).flag("too_close", row.order == PressOrder::kTooClose);
  if (row.places) json.count("first_place", row.places->first).count("last_place", row.places->last);
  json.seconds("split_s", row.split).seconds("split_uncertainty_s", value_of(row.split_bound));
  if (has_first) json.seconds("total_s", row.total).seconds("total_uncertainty_s", value_of(row.total_bound));
  return json.object();
}

}  // namespace

std::string press_json(const StoredPress& press) {
  return press_members(press).object();
}

std::string presses_json(const PressPage& page, const RunStart& run) {
  std::vector<std::string> presses;
  for (const StoredPress& press : page.presses) presses.push_back(press_json(press));
  JsonWriter json;
  json.raw("presses", json_array(presses));
  json.count("last", id_count(page.presses.empty() ? 0 : page.presses.back().id));
  json.flag("more", page.has_more).count("since", id_count(run.since));
  return json.object();
}

std::string splits_json(std::span<const SplitRow> rows, const RunStart& run, std::uint64_t left_out) {
  std::vector<std::string> splits;
  std::vector<std::string> not_counted;
  for (const SplitRow& row : rows) {
    (row.standing == PressStanding::kCounted ? splits : not_counted)
        .push_back(split_json(row, left_out == 0));
  }
  JsonWriter json;
  json.count("since", id_count(run.since));
  if (run.time) json.time("begun", *run.time);
  json.seconds("lockout_s", kLockout).count("left_out", left_out);
  return json.raw("splits", json_array(splits)).raw("not_counted", json_array(not_counted)).object();
}

std::string run_json(const RunStart& run) {
  return JsonWriter{}.count("since", id_count(run.since)).object();
}

std::string presses_csv(std::span<const StoredPress> presses) {
  std::string text = csv_header() + '\n';
  for (const StoredPress& stored : presses) {
    SampleRecord record;
    record.time = stored.press.time;
    record.source = "button:" + stored.press.sender;
    record.uncertainty = value_of(stored.press.uncertainty);
    record.reliable = stored.press.is_reliable;
    text += csv_row(record) + '\n';
  }
  return text;
}

}  // namespace isletime::syncweb
