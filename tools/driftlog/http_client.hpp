// SPDX-License-Identifier: MIT
// One connection to one server over libcurl, kept open between requests. Each response has two timestamps,
// and the server wrote it between them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "tools/common/failure.hpp"

namespace isletime::driftlog {

struct HttpAnswer {
  long status = 0;
  std::map<std::string, std::string> headers;  // by names in lower case
  std::string body;
  bool is_cut = false;    // the body was longer
  MonoTime before;        // when the request was sent on the open connection
  MonoTime headers_came;  // when its first header had arrived
  MonoTime body_came;
};

enum class HttpMethod : std::uint8_t { kHead, kGet, kPut };

// The certificates that are accepted: those that authorities vouch for, the one that the server showed first
// (a camera makes its own), or any.
enum class Trust : std::uint8_t { kAuthorities, kFirstShown, kAny };

class HttpClient {
 public:
  explicit HttpClient(Trust trust);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // A name and a password in the URL are for digest authentication. A response with any status is returned;
  // redirections are not followed. The error is "timed-out", "unreachable", "unresolved", "certificate",
  // "garbled" or "interrupted".
  Result<HttpAnswer, Failure> ask(HttpMethod method, const std::string& url, const std::string& body,
                                  MonoTime deadline);

 private:
  struct Easy;
  // Returns whether the certificate of the current connection is the one that the server showed first.
  bool is_certificate_known();

  std::unique_ptr<Easy> easy_;
  std::string certificate_;  // in PEM; empty until one was shown
};

}  // namespace isletime::driftlog
