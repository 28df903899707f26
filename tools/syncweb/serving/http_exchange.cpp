// SPDX-License-Identifier: MIT
// The part of HttpService that reads requests and sends responses and streams.
#include <microhttpd.h>
#include <utility>

#include "libsync/posix/clocks.hpp"
#include "tools/syncweb/access/common_headers.hpp"
#include "tools/syncweb/machine/time_fields.hpp"
#include "tools/syncweb/serving/event_text.hpp"
#include "tools/syncweb/serving/http_service.hpp"
#include "tools/syncweb/serving/request_reader.hpp"

namespace isletime::syncweb {
namespace {

// Of the reader of a stream; an event may take several reads.
constexpr std::size_t kStreamBlock = 1024;

using ResponsePointer = std::unique_ptr<MHD_Response, decltype(&MHD_destroy_response)>;

std::vector<Field> headers_of(MHD_Connection* connection) {
  std::vector<Field> headers;
  MHD_get_connection_values_n(
      connection, MHD_HEADER_KIND,
      [](void* list, MHD_ValueKind, const char* name, std::size_t name_size, const char* value,
         std::size_t value_size) {
        auto& fields = *static_cast<std::vector<Field>*>(list);
        fields.push_back(
            {{name, name_size}, value == nullptr ? std::string{} : std::string{value, value_size}});
        return fields.size() > kMostHeaders ? MHD_NO : MHD_YES;
      },
      &headers);
  return headers;
}

void add_fields(MHD_Response& made, const Response& response) {
  if (!response.type.empty())
    MHD_add_response_header(&made, MHD_HTTP_HEADER_CONTENT_TYPE, response.type.c_str());
  for (const Field& field : response.headers)
    MHD_add_response_header(&made, field.name.c_str(), field.value.c_str());
}

Response busy_response() {
  Response response = error_response(Status::kServiceUnavailable, "busy",
                                     "responses wait that were not read: read them, and ask again");
  response.headers.push_back({"Retry-After", "2"});
  return response;
}

Instant instant_now() {
  return read_instant(mono_now, wall_now);
}

}  // namespace

// libmicrohttpd calls these for the body of a stream.
struct StreamCallbacks {
  struct Reader {
    HttpService& service;
    Connection& connection;
  };
  static ssize_t read(void* reader, std::uint64_t, char* buffer, std::size_t size) {
    const auto& stream = *static_cast<Reader*>(reader);
    return stream.service.read_stream(stream.connection, buffer, size);
  }
  static void end(void* reader) { delete static_cast<Reader*>(reader); }
};

bool HttpService::on_header(Connection& connection) {
  if (auto refusal = refuse_unclear_end(headers_of(connection.handle)))
    return refuse(connection, *std::move(refusal));
  const char* length = MHD_lookup_connection_value(connection.handle, MHD_HEADER_KIND, "Content-Length");
  if (length == nullptr || !announces_too_much(length)) return true;
  return refuse(connection, too_large_response());
}

bool HttpService::on_complete(Connection& connection, const char* method, std::string_view version) {
  Exchange& exchange = *connection.exchange;
  if (exchange.late) return reply(connection, *exchange.late);
  if (exchange.awaited) return false;
  connection.deadline = mono_now() + kResponseTime;
  if (exchange.is_too_large) return refuse(connection, too_large_response());
  if (held_.is_behind(connection.from.address)) return refuse(connection, busy_response());
  const Instant now = instant_now();
  auto read = read_request(method, exchange.target, headers_of(connection.handle));
  if (auto* refusal = std::get_if<Response>(&read)) return refuse(connection, std::move(*refusal));
  auto& request = std::get<Request>(read);
  request.body = std::move(exchange.body);
  request.from = connection.from;
  request.to = connection.to;
  request.is_secure = connection.is_secure;
  request.is_http_1_0 = version == MHD_HTTP_VERSION_1_0;
  Outcome outcome = respond_(site_, request, now);
  if (const auto* response = std::get_if<Response>(&outcome)) return reply(connection, *response);
  if (const auto* stream = std::get_if<EventStream>(&outcome)) return start_stream(connection, *stream);
  return start_feeding(connection, std::move(std::get<FeedFirst>(outcome)));
}

bool HttpService::refuse(Connection& connection, Response response) {
  add_common_headers(response);
  add_time_fields(response, site_.hub.at(instant_now()));
  return reply(connection, response);
}

bool HttpService::reply(Connection& connection, const Response& response) {
  const std::size_t size = response.body.size();
  if (!held_.has_room_for(size)) return refuse(connection, busy_response());
  // The library copies the body.
  const ResponsePointer made{
      MHD_create_response_from_buffer(response.body.size(), const_cast<char*>(response.body.data()),
                                      MHD_RESPMEM_MUST_COPY),
      MHD_destroy_response};
  if (!made) return false;
  add_fields(*made, response);
  connection.exchange->held += size;
  held_.add(connection.from.address, size);
  return MHD_queue_response(connection.handle, static_cast<unsigned>(response.status), made.get()) == MHD_YES;
}

bool HttpService::start_stream(Connection& connection, const EventStream& stream) {
  auto reader = std::make_unique<StreamCallbacks::Reader>(StreamCallbacks::Reader{*this, connection});
  const ResponsePointer made{
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kStreamBlock, StreamCallbacks::read, reader.get(),
                                        StreamCallbacks::end),
      MHD_destroy_response};
  if (!made) return false;
  static_cast<void>(reader.release());
  Response header{.type = "text/event-stream", .body = {}, .headers = {{"Cache-Control", "no-store"}}};
  add_common_headers(header);
  add_time_fields(header, site_.hub.at(instant_now()));
  add_fields(*made, header);
  connection.stream.emplace(stream.after, hello_text(site_.run, site_.events.last()));
  connection.last_read = mono_now();
  return MHD_queue_response(connection.handle, MHD_HTTP_OK, made.get()) == MHD_YES;
}

bool HttpService::start_feeding(Connection& connection, FeedFirst feed) {
  Exchange& exchange = *connection.exchange;
  exchange.then = std::move(feed.then);
  exchange.awaited = link_.feed(feed.sample, mono_now());
  feeding_.emplace(*exchange.awaited, &connection);
  suspend(connection);
  return true;
}

long HttpService::read_stream(Connection& connection, char* buffer, std::size_t size) {
  if (connection.is_dropped || !connection.stream) return MHD_CONTENT_READER_END_WITH_ERROR;
  connection.last_read = mono_now();
  const std::size_t sent = connection.stream->read(site_.events, {buffer, size});
  if (sent == 0) suspend(connection);
  return static_cast<long>(sent);
}

}  // namespace isletime::syncweb
