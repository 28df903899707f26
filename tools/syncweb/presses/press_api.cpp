// SPDX-License-Identifier: MIT
#include "tools/syncweb/presses/press_api.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "libsync/posix/socket_address.hpp"
#include "libsync/record/json_value.hpp"
#include "libsync/record/json_writer.hpp"
#include "tools/syncweb/access/rights.hpp"
#include "tools/syncweb/presses/press_json.hpp"
#include "tools/syncweb/presses/press_request.hpp"

namespace isletime::syncweb {
namespace {

Arrival arrival_of(const Site& site, const Request& request, Instant now) {
  Arrival arrival;
  arrival.address = address_text(request.from);
  const HubTime hub = site.hub.at(now);
  if (!hub.is_synchronised) return arrival;
  arrival.time = hub.time;
  arrival.bound = hub.bound;
  return arrival;
}

std::string_view store_fault_name(StoreFault fault) {
  switch (fault) {
    case StoreFault::kFull:
      return "disk-full";
    case StoreFault::kBusy:
      return "store-locked";
    case StoreFault::kNotOurs:
      return "foreign-store";
    case StoreFault::kDamaged:
      return "damaged-store";
    case StoreFault::kSystem:
      return "no-store";
  }
  return "";
}

Response store_failure(const StoreError& error) {
  constexpr const char* kRetryAfterSeconds = "2";
  Response response = error_response(Status::kServiceUnavailable, store_fault_name(error.fault),
                                     fmt::format("{}: {}", kPressFile, error.text));
  response.headers.push_back({"Retry-After", kRetryAfterSeconds});
  return response;
}

// Returns the stored press, or the response that refuses it.
std::variant<AddedPress, Response> store_press(Site& site, const Press& press, const Arrival& arrival) {
  const auto added = site.presses.add(press, arrival);
  if (!added) return store_failure(added.error());
  if (added->kind == AddedPress::Kind::kConflict) {
    return error_response(
        Status::kConflict, "conflict",
        fmt::format("press {} has the same sender, boot and number, and another time", added->id));
  }
  if (added->kind == AddedPress::Kind::kNew)
    site.events.add("press", press_json({added->id, press, arrival.time, arrival.address}));
  return *added;
}

// Returns nothing if the parameter is no id.
std::optional<std::int64_t> id_of(const std::string& text) {
  std::int64_t id = -1;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, id);
  return failure == std::errc{} && stop == end && id >= 0 ? std::optional{id} : std::nullopt;
}

std::variant<PressPage, Response> page_of(Site& site, const Request& request, std::size_t most) {
  const std::string* after = request.parameter("after");
  const auto id = after == nullptr ? std::optional<std::int64_t>{0} : id_of(*after);
  if (!id) return error_response(Status::kBadRequest, "bad-request", "after: is not the id of a press");
  auto page = after == nullptr ? site.presses.latest(most) : site.presses.after(*id, most);
  if (!page) return store_failure(page.error());
  return *std::move(page);
}

}  // namespace

Outcome take_press(Site& site, const Request& request, Instant now) {
  const auto press = parse_press(request.body);
  if (!press) return error_response(Status::kBadRequest, "bad-press", press.error());
  auto stored = store_press(site, *press, arrival_of(site, request, now));
  if (auto* refusal = std::get_if<Response>(&stored)) return std::move(*refusal);
  const auto& added = std::get<AddedPress>(stored);
  return json_response(JsonWriter{}
                           .flag("accepted", true)
                           .flag("duplicate", added.kind == AddedPress::Kind::kDuplicate)
                           .count("id", static_cast<std::uint64_t>(added.id))
                           .object());
}

Outcome take_older_press(Site& site, const Request& request, Instant now) {
  // A page of another site could contain such an address, as that of a picture.
  if (auto refusal = refuse_foreign_page(request)) return *std::move(refusal);
  const auto press = parse_older_press(request.query);
  if (!press) return error_response(Status::kBadRequest, "bad-press", press.error());
  auto stored = store_press(site, *press, arrival_of(site, request, now));
  if (auto* refusal = std::get_if<Response>(&stored)) return std::move(*refusal);
  return text_response("ok");
}

Outcome reset_presses(Site& site, const Request& request, Instant now) {
  if (!request.body.empty()) {
    const auto body = parse_json(request.body, {kLargestBody, 1});
    if (!body || body->object() == nullptr || !body->object()->empty())
      return error_response(Status::kBadRequest, "bad-request", "a reset has no body, or an empty object");
  }
  const auto run = site.presses.reset(arrival_of(site, request, now));
  if (!run) return store_failure(run.error());
  site.events.add("presses-reset", run_json(*run));
  return json_response(run_json(*run));
}

Outcome list_presses(Site& site, const Request& request, Instant) {
  auto page = page_of(site, request, kMostListed);
  if (auto* refusal = std::get_if<Response>(&page)) return std::move(*refusal);
  return json_response(presses_json(std::get<PressPage>(page), site.presses.run()));
}

Outcome list_splits(Site& site, const Request&, Instant) {
  auto page = site.presses.latest_of_run(kMostListed);
  if (!page) return store_failure(page.error());
  const RunStart run = site.presses.run();
  const auto left_out = page->presses.empty() ? 0 : page->presses.front().id - run.since - 1;
  const auto rows = make_splits(std::move(page->presses), run);
  return json_response(splits_json(rows, run, static_cast<std::uint64_t>(left_out)));
}

Outcome export_presses(Site& site, const Request& request, Instant) {
  auto page = page_of(site, request, kMostCsvRows);
  if (auto* refusal = std::get_if<Response>(&page)) return std::move(*refusal);
  const auto& [presses, has_more] = std::get<PressPage>(page);
  Response response{
      Status::kOk,
      "text/csv; charset=utf-8",
      presses_csv(presses),
      {{"Cache-Control", "no-store"}, {"Content-Disposition", "attachment; filename=\"presses.csv\""}}};
  if (has_more) {
    response.headers.push_back(
        {"Link", fmt::format("</presses.csv?after={}>; rel=\"next\"", presses.back().id)});
  }
  return response;
}

}  // namespace isletime::syncweb
