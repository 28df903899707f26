// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/request_reader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "libsync/record/plain_text.hpp"
#include "tools/syncweb/serving/request_target.hpp"

namespace isletime::syncweb {
namespace {

std::optional<Method> method_of(std::string_view text) {
  if (text == "GET") return Method::kGet;
  if (text == "HEAD") return Method::kHead;
  if (text == "POST") return Method::kPost;
  return std::nullopt;
}

Response malformed(std::string_view message) {
  return error_response(Status::kBadRequest, "bad-request", message);
}

void make_lower(std::string& text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

// A tab may separate words of a value (RFC 9110, section 5.5).
bool is_field_text(std::string value) {
  std::replace(value.begin(), value.end(), '\t', ' ');
  return is_plain(value);
}

std::optional<Response> refuse_headers(const std::vector<Field>& headers) {
  if (headers.size() > kMostHeaders) return malformed("the request has too many header fields");
  for (const Field& field : headers) {
    if (field.name.empty() || !is_plain(field.name) || !is_field_text(field.value))
      return malformed("a header field is not plain text");
  }
  const auto hosts =
      std::count_if(headers.begin(), headers.end(), [](const Field& field) { return field.name == "host"; });
  if (hosts > 1) return malformed("the request has several Host fields");
  return std::nullopt;
}

void replace_host(std::vector<Field>& headers, std::string authority) {
  std::erase_if(headers, [](const Field& field) { return field.name == "host"; });
  headers.push_back({"host", std::move(authority)});
}

}  // namespace

std::variant<Request, Response> read_request(std::string_view method, std::string_view target,
                                             std::vector<Field> headers) {
  const auto known = method_of(method);
  if (!known) {
    Response response = error_response(Status::kMethodNotAllowed, "bad-method", "this method is not known");
    response.headers.push_back({"Allow", "GET, HEAD, POST"});
    return response;
  }
  auto parsed = parse_target(target);
  if (!parsed) return malformed("the request's target is malformed");
  for (Field& field : headers) make_lower(field.name);
  if (auto refusal = refuse_headers(headers)) return *std::move(refusal);
  if (parsed->authority) replace_host(headers, *std::move(parsed->authority));
  Request request;
  request.method = *known;
  request.path = std::move(parsed->path);
  request.query = std::move(parsed->query);
  request.headers = std::move(headers);
  return request;
}

bool announces_too_much(std::string_view content_length) {
  std::size_t size = 0;
  const char* end = content_length.data() + content_length.size();
  const auto [stop, failure] = std::from_chars(content_length.data(), end, size);
  // libmicrohttpd refuses what is not a number by itself.
  if (failure == std::errc::result_out_of_range) return true;
  return failure == std::errc{} && stop == end && size > kLargestBody;
}

std::optional<Response> refuse_unclear_end(std::vector<Field> headers) {
  std::size_t lengths = 0;
  std::size_t encodings = 0;
  bool is_chunked = true;
  for (Field& field : headers) {
    make_lower(field.name);
    if (field.name == "content-length") ++lengths;
    if (field.name != "transfer-encoding") continue;
    ++encodings;
    make_lower(field.value);
    is_chunked &= field.value == "chunked";
  }
  if (lengths + encodings <= 1 && is_chunked) return std::nullopt;
  Response response = malformed("the body has one Content-Length, or Transfer-Encoding: chunked");
  response.headers.push_back({"Connection", "close"});
  return response;
}

Response too_large_response() {
  return error_response(Status::kContentTooLarge, "too-large", "the body has more than 16 KiB");
}

}  // namespace isletime::syncweb
