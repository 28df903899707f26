// SPDX-License-Identifier: MIT
// HTTP requests and responses (RFC 9110) as plain values, without any socket. Everything in a request was
// written by a stranger; only the addresses are certain.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "libsync/core/ip_address.hpp"
#include "libsync/record/sample_record.hpp"

namespace isletime::syncweb {

enum class Method : std::uint8_t { kGet, kHead, kPost };

struct Field {
  std::string name;
  std::string value;
};

struct Request {
  Method method = Method::kGet;
  std::string path;            // percent-decoded: "/api/press"
  std::vector<Field> query;    // percent-decoded, in the order given
  std::vector<Field> headers;  // names in lower case
  std::string body;            // at most kLargestBody bytes
  Endpoint from;
  IpAddress to;            // our own address, to which the client connected
  bool is_secure = false;  // over TLS
  bool is_http_1_0 = false;

  // These return null if there is none, and the first if there are several.
  const std::string* header(std::string_view lower_case_name) const;
  const std::string* parameter(std::string_view name) const;
};

inline constexpr std::size_t kLargestBody = 16384;

// The status codes that are used (RFC 9110, section 15).
enum class Status : std::uint16_t {
  kOk = 200,
  kNoContent = 204,
  kFound = 302,
  kSeeOther = 303,
  kNotModified = 304,
  kBadRequest = 400,
  kForbidden = 403,
  kNotFound = 404,
  kMethodNotAllowed = 405,
  kConflict = 409,
  kContentTooLarge = 413,
  kUnsupportedMediaType = 415,
  kMisdirectedRequest = 421,
  kTooManyRequests = 429,
  kInternalServerError = 500,
  kServiceUnavailable = 503,
  kGatewayTimeout = 504,
};

struct Response {
  Status status = Status::kOk;
  std::string type;  // "application/json"; empty if there is no body
  std::string body;
  std::vector<Field> headers = {};
};

Response json_response(std::string json, Status status = Status::kOk);
Response text_response(std::string text, Status status = Status::kOk);
// {"error":"outranked","message":"a better source sets the clock"}; the message is a clause for people.
Response error_response(Status status, std::string_view name, std::string_view message);

// The response is an endless stream of events (HTML Living Standard, section 9.2), from the one after
// `after`.
struct EventStream {
  std::uint64_t after = 0;
};

// An answer of sntpd; there is none if it has not answered in time or cannot be reached.
struct HubReply {
  bool is_accepted = false;
  std::string name;     // "adopt", "outranked"
  std::string message;  // a clause for people
};

// The sample is to be fed to sntpd first. The response follows from what it answers.
struct FeedFirst {
  SampleRecord sample;
  std::function<Response(const std::optional<HubReply>&)> then;
};

using Outcome = std::variant<Response, EventStream, FeedFirst>;

}  // namespace isletime::syncweb
