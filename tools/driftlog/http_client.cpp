// SPDX-License-Identifier: MIT
#include "tools/driftlog/http_client.hpp"

#include <algorithm>
#include <cctype>
#include <curl/curl.h>
#include <string_view>

#include "libsync/posix/clocks.hpp"
#include "tools/common/signals.hpp"
#include "tools/driftlog/source.hpp"
#include "tools/driftlog/trimmed.hpp"

namespace isletime::driftlog {
namespace {

constexpr std::size_t kLargestBody = std::size_t{256} * 1024;
constexpr std::size_t kMostHeaders = 200;

std::string in_lower_case(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& answer = *static_cast<HttpAnswer*>(user);
  const std::string_view line = trimmed({data, size});
  // One answer may follow another, as after 100, or 401 before the answer that was asked for.
  if (line.starts_with("HTTP/")) {
    answer.headers.clear();
    answer.body.clear();
    return size;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  if (answer.headers.size() >= kMostHeaders) return 0;
  answer.headers_came = mono_now();
  answer.headers[in_lower_case(line.substr(0, colon))] = std::string{trimmed(line.substr(colon + 1))};
  return size;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& answer = *static_cast<HttpAnswer*>(user);
  // If the body is longer than this, the rest is not needed.
  answer.is_cut = answer.body.size() + size > kLargestBody;
  if (answer.is_cut) return 0;
  answer.body.append(data, size);
  answer.body_came = mono_now();
  return size;
}

int on_request(void* user, char*, char*, int, int) {
  static_cast<HttpAnswer*>(user)->before = mono_now();
  return CURL_PREREQFUNC_OK;
}

int on_progress(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return stop_requested() ? 1 : 0;
}

Failure failure_of(CURLcode code) {
  const std::string text = curl_easy_strerror(code);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return {"timed-out", "no answer in time"};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {"unresolved", "its name cannot be resolved"};
    case CURLE_COULDNT_CONNECT:
      return {"unreachable", "it cannot be reached"};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {"certificate", "its certificate is not trusted: --insecure takes it"};
    case CURLE_ABORTED_BY_CALLBACK:
      return {kInterrupted, kInterrupted};
    default:
      return {"garbled", text};
  }
}

// curl_global_cleanup() is not called, because libcurl is used until the program ends.
void initialise_once() {
  static const CURLcode kDone = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(kDone);
}

}  // namespace

struct HttpClient::Easy {
  CURL* handle;
};

HttpClient::HttpClient(Trust trust) {
  initialise_once();
  easy_ = std::make_unique<Easy>(Easy{curl_easy_init()});
  CURL* curl = easy_->handle;
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_DIGEST));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "driftlog (isletime)");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, on_request);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  if (trust == Trust::kAuthorities) return;
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  if (trust == Trust::kFirstShown) curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
}

HttpClient::~HttpClient() {
  curl_easy_cleanup(easy_->handle);
}

Result<HttpAnswer, Failure> HttpClient::ask(HttpMethod method, const std::string& url,
                                            const std::string& body, MonoTime deadline) {
  CURL* curl = easy_->handle;
  const MonoTime began = mono_now();
  if (began >= deadline) return Unexpected{failure_of(CURLE_OPERATION_TIMEDOUT)};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(elapsed(began, deadline));
  HttpAnswer answer;
  answer.before = began;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_PREREQDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(curl, CURLOPT_NOBODY, method == HttpMethod::kHead ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method == HttpMethod::kPut ? "PUT" : nullptr);
  curl_slist* headers = nullptr;
  if (method == HttpMethod::kPut) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body.c_str());
    headers = curl_slist_append(headers, "Content-Type: application/json");
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, nullptr);
  curl_slist_free_all(headers);
  if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && answer.is_cut)) return Unexpected{failure_of(code)};
  if (!is_certificate_known()) {
    return Unexpected{Failure{"certificate",
                              "its certificate is another than when it was first asked: is it "
                              "another camera? --insecure takes any"}};
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

bool HttpClient::is_certificate_known() {
  curl_certinfo* chain = nullptr;
  if (curl_easy_getinfo(easy_->handle, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == nullptr ||
      chain->num_of_certs < 1)
    return true;
  for (const curl_slist* field = chain->certinfo[0]; field != nullptr; field = field->next) {
    const std::string_view text{field->data};
    if (!text.starts_with("Cert:")) continue;
    if (certificate_.empty()) certificate_ = text;
    return certificate_ == text;
  }
  return false;
}

}  // namespace isletime::driftlog
