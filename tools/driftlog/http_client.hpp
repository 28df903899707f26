// SPDX-License-Identifier: MIT
// One connection to one server over libcurl, kept open between requests, with the times of each answer: the
// server said what it said between the two stamps.
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
  bool is_cut = false;    // the body goes on
  MonoTime before;        // the request was sent, the connection being there
  MonoTime headers_came;  // a header of it had come
  MonoTime body_came;
};

enum class HttpMethod : std::uint8_t { kHead, kGet, kPut };

// Which certificates are accepted: those that authorities vouch for, the one that the server showed first (a
// camera makes its own), or any.
enum class Trust : std::uint8_t { kAuthorities, kFirstShown, kAny };

class HttpClient {
 public:
  explicit HttpClient(Trust trust);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // A name and a password in the URL are for digest authentication. Any status is an answer; redirections are
  // not followed. Error: "timed-out", "unreachable", "unresolved", "certificate", "garbled", "interrupted".
  Result<HttpAnswer, Failure> ask(HttpMethod method, const std::string& url, const std::string& body,
                                  MonoTime deadline);

 private:
  struct Easy;
  // Checks the certificate of the current connection. False: it is not the one that was shown first.
  bool is_certificate_known();

  std::unique_ptr<Easy> easy_;
  std::string certificate_;  // in PEM; empty: none was shown yet
};

}  // namespace isletime::driftlog
