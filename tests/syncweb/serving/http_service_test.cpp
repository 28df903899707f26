// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/http_service.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "tests/syncweb/hub_lines.hpp"
#include "tests/syncweb/serving/served_site.hpp"

namespace isletime::syncweb::http_service_test {
namespace {

constexpr std::string_view kGet = "GET /echo?a=1 HTTP/1.1\r\nHost: hub\r\n\r\n";
constexpr std::string_view kGetEvents = "GET /events HTTP/1.1\r\nHost: hub\r\n\r\n";

constexpr std::size_t kLarge = std::size_t{1024} * 1024;

// Says what it was asked; /large is large, /events is a stream, /feed feeds first.
Outcome echo(Site& site, const Request& request, Instant) {
  if (request.path == "/events") {
    const std::string* after = request.header("last-event-id");
    return EventStream{after == nullptr ? site.events.last() : std::stoull(*after)};
  }
  if (request.path == "/feed") {
    return FeedFirst{SampleRecord{}, [](const std::optional<HubReply>& reply) {
                       return text_response(reply ? reply->name : "no answer", Status::kGatewayTimeout);
                     }};
  }
  if (request.path == "/large") return text_response(std::string(kLarge, 'x'));
  return text_response(request.path + " " + std::to_string(request.query.size()) + " " + request.body + " " +
                       address_text(request.from) + " " + address_text({request.to, 0, 0}) +
                       (request.is_secure ? " secure" : " open"));
}

TEST(HttpService, AnswersWithTheRequestAsItWasSent) {
  ServedSite served(echo);
  RawWebClient client(served);
  client.send("POST /echo?a=1&b=2 HTTP/1.1\r\nHost: hub\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_TRUE(served.run_until([&] { return client.has("/echo 2 body 127.0.0.1 127.0.0.1 open"); }));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST(HttpService, SendsTheHeaderOnlyForHead) {
  ServedSite served(echo);
  RawWebClient client(served);
  client.send("HEAD /echo HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(served.run_until([&] { return client.has_ended(); }));
  EXPECT_TRUE(client.has("Content-Length: 33\r\n")) << client.received();
  EXPECT_TRUE(client.received().ends_with("\r\n\r\n"));
}

TEST(HttpService, SendsNoDateOfItsOwn) {
  ServedSite served(echo);
  RawWebClient client(served);
  client.send(kGet);
  EXPECT_TRUE(served.run_until([&] { return client.has("open"); }));
  EXPECT_FALSE(client.has("Date:"));
}

TEST(HttpService, KeepsConnectionsAndAnswersPipelinedRequestsInOrder) {
  ServedSite served(echo);
  RawWebClient client(served);
  client.send(
      "GET /1 HTTP/1.1\r\nHost: hub\r\n\r\nGET /2 HTTP/1.1\r\nHost: hub\r\n\r\nGET /3 HTTP/1.1\r\nHost: "
      "hub\r\n\r\n");
  EXPECT_TRUE(served.run_until([&] { return client.has("/3 0"); }));
  EXPECT_LT(client.received().find("/1 0"), client.received().find("/2 0"));
  EXPECT_LT(client.received().find("/2 0"), client.received().find("/3 0"));
  client.send("GET /4 HTTP/1.1\r\nHost: hub\r\n\r\n");
  EXPECT_TRUE(served.run_until([&] { return client.has("/4 0"); }));
}

TEST(HttpService, RefusesABodyThatIsTooLargeByItsHeaderOrOnceItHasCome) {
  ServedSite served(echo);
  RawWebClient announced(served);
  announced.send("POST /echo HTTP/1.1\r\nHost: hub\r\nContent-Length: 16385\r\n\r\n");
  EXPECT_TRUE(served.run_until([&] { return announced.has("HTTP/1.1 413 "); }));
  RawWebClient chunked(served);
  chunked.send("POST /echo HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\n4001\r\n" +
               std::string(16385, 'x') + "\r\n0\r\n\r\n");
  EXPECT_TRUE(served.run_until([&] { return chunked.has("HTTP/1.1 413 "); }));
  RawWebClient largest(served);
  largest.send("POST /echo HTTP/1.1\r\nHost: hub\r\nContent-Length: 16384\r\n\r\n" + std::string(16384, 'x'));
  EXPECT_TRUE(served.run_until([&] { return largest.has("HTTP/1.1 200 "); }));
}

TEST(HttpService, RefusesMalformedRequests) {
  ServedSite served(echo);
  for (const std::string_view request :
       {"GET /%00 HTTP/1.1\r\nHost: hub\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: hub\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"}) {
    RawWebClient client(served);
    client.send(request);
    EXPECT_TRUE(served.run_until([&] { return client.has("HTTP/1.1 400 "); }))
        << request << client.received();
  }
}

// RFC 9112, section 6.3: a proxy might find other requests in the same bytes (request smuggling).
TEST(HttpService, ABodyWhoseEndIsAmbiguousIsRefusedAndTheConnectionClosed) {
  ServedSite served(echo);
  for (const std::string_view fields :
       {"Content-Length: 2\r\nContent-Length: 40\r\n", "Content-Length: 2\r\nContent-Length: 2\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: gzip, chunked\r\n"}) {
    RawWebClient client(served);
    client.send("POST /echo HTTP/1.1\r\nHost: hub\r\n" + std::string{fields} + "\r\n2\r\n{}\r\n0\r\n\r\n");
    client.send(kGet);
    EXPECT_TRUE(served.run_until([&] { return client.has_ended(); }, seconds{5})) << fields;
    EXPECT_TRUE(client.has("HTTP/1.1 400 ")) << fields << client.received();
    EXPECT_FALSE(client.has("HTTP/1.1 200 ")) << fields << client.received();
  }
}

TEST(HttpService, AHeaderThatIsTooLargeIsRefusedAndTheConnectionClosed) {
  ServedSite served(echo);
  RawWebClient client(served);
  client.send("GET / HTTP/1.1\r\nHost: hub\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_TRUE(served.run_until([&] { return client.has_ended(); }));
  EXPECT_FALSE(client.has("200 OK"));
}

TEST(HttpService, AUsualHeaderOfABrowserFits) {
  ServedSite served(echo);
  RawWebClient client(served);
  std::string request = "GET /echo HTTP/1.1\r\nHost: hub\r\nCookie: " + std::string(2000, 'x') + "\r\n";
  for (int i = 0; i < 20; ++i)
    request += "X-Header-" + std::to_string(i) + ": " + std::string(60, 'y') + "\r\n";
  client.send(request + "\r\n");
  EXPECT_TRUE(served.run_until([&] { return client.has("200 OK"); })) << client.received();
}

TEST(HttpService, StreamsEventsFromWhereAClientWas) {
  ServedSite served(echo);
  served.site.run = "8f3c";
  served.site.events.add("status", "1");
  served.site.events.add("press", "2");
  RawWebClient client(served);
  client.send("GET /events HTTP/1.1\r\nHost: hub\r\nLast-Event-ID: 1\r\n\r\n");
  EXPECT_TRUE(served.run_until([&] { return client.has("id: 2\nevent: press\ndata: 2\n\n"); }));
  EXPECT_TRUE(client.has("event: hello\ndata: {\"run\":\"8f3c\",\"last\":2}\n\n"));
  EXPECT_FALSE(client.has("id: 1\n"));
  EXPECT_TRUE(client.has("Content-Type: text/event-stream\r\n"));
  served.site.events.add("status", "3");
  EXPECT_TRUE(served.run_until([&] { return client.has("id: 3\nevent: status\ndata: 3\n\n"); }));
  EXPECT_EQ(client.count("id: 3\n"), 1U);
}

TEST(HttpService, AStreamHasTheHubsTimeInItsHeaderLikeOtherResponses) {
  ServedSite served(echo);
  served.site.hub.on_line(status_line({.made = wall_now()}), read_instant(mono_now, wall_now),
                          served.site.events);
  RawWebClient client(served);
  client.send(kGetEvents);
  EXPECT_TRUE(served.run_until([&] { return client.has("event: hello"); }));
  EXPECT_EQ(client.count("\r\nDate: "), 1U) << client.received();
  EXPECT_TRUE(client.has("\r\nX-Isletime-Reliable: true\r\n"));
}

TEST(HttpService, AnEventMayBeLargerThanAllBuffers) {
  ServedSite served(echo);
  RawWebClient client(served);
  client.send(kGetEvents);
  EXPECT_TRUE(served.run_until([&] { return client.has("event: hello"); }));
  served.site.events.add("clients", '"' + std::string(200'000, 'c') + '"');
  EXPECT_TRUE(served.run_until([&] { return client.count("c") > 200'000 && client.has("c\"\n\n"); }));
}

TEST(HttpService, AnIdleStreamHasHeartbeats) {
  ServedSite served(echo);
  RawWebClient client(served);
  client.send(kGetEvents);
  EXPECT_TRUE(served.run_until([&] { return client.has("event: beat\ndata: {\"last\":0}\n\n"); }));
}

TEST(HttpService, AStreamWhoseClientHasGoneEnds) {
  ServedSite served(echo);
  auto gone = std::make_unique<RawWebClient>(served);
  gone->send(kGetEvents);
  EXPECT_TRUE(served.run_until([&] { return gone->has("event: hello"); }));
  gone.reset();
  RawWebClient other(served);
  other.send(kGetEvents);
  EXPECT_TRUE(served.run_until([&] { return other.has("event: hello"); }));
  for (int i = 0; i < 3; ++i) {
    served.site.events.add("status", std::to_string(i));
    EXPECT_TRUE(served.run_until([&] { return other.has("data: " + std::to_string(i) + "\n"); }));
  }
}

TEST(HttpService, FeedsFirstAndSaysThatNobodyAnswered) {
  ServedSite served(echo);
  RawWebClient client(served);
  client.send("GET /feed HTTP/1.1\r\nHost: hub\r\n\r\n");
  EXPECT_TRUE(served.run_until([&] { return client.has("no answer"); }));
  EXPECT_TRUE(client.has("HTTP/1.1 504 "));
  client.send(kGet);
  EXPECT_TRUE(served.run_until([&] { return client.has("/echo"); }));
}

TEST(HttpService, OneClientTakesNoMoreThanItsConnections) {
  constexpr IpAddress kClient = IpAddress::v4(0x7f00'0002);
  ServedSite served(echo);
  std::vector<std::unique_ptr<RawWebClient>> clients;
  for (std::size_t i = 0; i < ConnectionCounts::kMostOfOneClient + 20; ++i)
    clients.push_back(std::make_unique<RawWebClient>(served, kClient));
  const auto ended = [&] {
    return std::count_if(clients.begin(), clients.end(),
                         [](const auto& client) { return client->has_ended(); });
  };
  EXPECT_TRUE(served.run_until([&] { return ended() == 20; })) << ended();
  clients.front()->send(kGet);
  EXPECT_TRUE(served.run_until([&] { return clients.front()->has("/echo"); }));
  clients.clear();
  RawWebClient later(served, kClient);
  EXPECT_TRUE(served.run_until([&] {
    if (later.has_ended()) later = RawWebClient(served, kClient);
    return !later.has_ended();
  }));
}

TEST(HttpService, WhoDoesNotTakeItsResponsesGetsNoMoreUntilItDoes) {
  constexpr std::string_view kGetLarge = "GET /large HTTP/1.1\r\nHost: hub\r\n\r\n";
  constexpr IpAddress kClient = IpAddress::v4(0x7f00'0002);
  // These have not read anything.
  constexpr std::size_t kDeaf = HeldBytes::kMostOfOneClient / kLarge;
  ServedSite served(echo);
  std::vector<std::unique_ptr<RawWebClient>> deaf;
  for (std::size_t i = 0; i < kDeaf; ++i) {
    deaf.push_back(std::make_unique<RawWebClient>(served, kClient));
    deaf.back()->send(kGetLarge);
    EXPECT_TRUE(served.run_until([&] { return deaf.back()->has_some(); }));
  }
  RawWebClient another(served, kClient);
  another.send(kGetLarge);
  EXPECT_TRUE(served.run_until([&] { return another.has("HTTP/1.1 503 "); })) << another.received().size();
  EXPECT_TRUE(another.has("Retry-After: "));
  RawWebClient other(served, IpAddress::v4(0x7f00'0003));
  other.send(kGetLarge);
  EXPECT_TRUE(served.run_until([&] { return other.received().size() > kLarge; }));
  EXPECT_TRUE(served.run_until([&] { return deaf.front()->received().size() > kLarge; }));
  another.send(kGet);
  EXPECT_TRUE(served.run_until([&] { return another.has("/echo"); }));
}

TEST(HttpService, EndsWhileStreamsAreOpen) {
  auto served = std::make_unique<ServedSite>(echo);
  RawWebClient client(*served);
  client.send(kGetEvents);
  EXPECT_TRUE(served->run_until([&] { return client.has("event: hello"); }));
  served.reset();
  EXPECT_TRUE(client.has_ended());
}

}  // namespace
}  // namespace isletime::syncweb::http_service_test
