// SPDX-License-Identifier: MIT
// ntpprobe with keys: it rejects and names replies that are not signed with the configured key.
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/fakes/lying_server.hpp"
#include "tests/fakes/program.hpp"
#include "tests/fakes/scratch_folder.hpp"
#include "tests/fakes/secrets.hpp"

namespace isletime::ntpprobe_keys_test {
namespace {

using fakes::Datagrams;
using fakes::Finished;
using fakes::LyingServer;
using Question = LyingServer::Question;

const Key kKey7 = fakes::key_of(7, KeyType::kSha256, "gentle");
const Key kKey8 = fakes::key_of(8, KeyType::kSha256, "rough");

class NtpprobeWithKey : public testing::Test {
 protected:
  NtpprobeWithKey() { write("7 SHA256 gentle\n8 SHA256 rough\n"); }

  void write(const std::string& keys, unsigned mode = 0600) const {
    folder_.write("keys", keys);
    std::filesystem::permissions(path_, std::filesystem::perms{mode});
  }
  Finished probe(const LyingServer& server, std::vector<std::string> options = {},
                 const std::string& address = "127.0.0.1") const {
    return ntpprobe({"--json", "--timeout", "0.3", "--port", server.port(), address}, std::move(options));
  }
  Finished ntpprobe(std::vector<std::string> arguments, std::vector<std::string> options = {}) const {
    arguments.insert(arguments.begin(), {fakes::built("ntpprobe"), "--keys", path_, "--key", "7"});
    arguments.insert(arguments.end(), options.begin(), options.end());
    return fakes::run(std::move(arguments));
  }
  // Probes a server that sends `answer` to queries under key 7.
  void expect_rejected(LyingServer::Answer answer, const std::string& name, const std::string& words) const {
    const LyingServer server(std::move(answer));
    const Finished finished = probe(server);
    EXPECT_EQ(finished.status, 1);
    EXPECT_NE(finished.out.find("\"error\":\"" + name + "\""), std::string::npos) << finished.out;
    EXPECT_EQ(finished.out.find("offset_s"), std::string::npos) << finished.out;
    EXPECT_NE(finished.err.find(words), std::string::npos) << finished.err;
  }

  fakes::ScratchFolder folder_;
  std::string path_ = folder_.path("keys");
};

Datagrams signed_truth(const Question& q) {
  return is_signed_by(kKey7, q.datagram) ? Datagrams{fakes::signed_with(kKey7, q.truth)} : Datagrams{};
}

TEST_F(NtpprobeWithKey, MeasuresAServerThatHasTheKey) {
  const LyingServer server(signed_truth);
  const Finished finished = probe(server, {"--samples", "3"});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(finished.err, "");
  EXPECT_NE(finished.out.find("\"offset_s\":"), std::string::npos) << finished.out;
}

TEST_F(NtpprobeWithKey, SaysInALineWhatIsWrongWithTheKeys) {
  const LyingServer server(signed_truth);
  const auto expect_usage = [](const Finished& finished, const std::string& words) {
    EXPECT_EQ(finished.status, 2) << finished.err;
    EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
    EXPECT_NE(finished.err.find(words), std::string::npos) << finished.err;
  };
  const auto bare = [&](std::vector<std::string> options) {
    options.insert(options.begin(), fakes::built("ntpprobe"));
    options.emplace_back("127.0.0.1:" + server.port());
    return fakes::run(std::move(options));
  };
  expect_usage(bare({"--key", "7"}), "--key needs --keys");
  expect_usage(bare({"--keys", path_}), "--keys needs --key");
  expect_usage(bare({"--keys", path_, "--key", "0"}), "\"0\" is not a key's number");
  expect_usage(bare({"--keys", path_, "--key", "9"}), path_ + ": there is no key 9");
  expect_usage(bare({"--keys", "/nowhere", "--key", "7"}), "/nowhere: No such file or directory");
  write("7 SHA256\n");
  expect_usage(probe(server), path_ + ": line 1: expected a key's number, its type and the key");
  write("7 SHA256 gentle\n", 0644);
  expect_usage(probe(server), path_ + ": others may read or write the keys in it");
}

TEST_F(NtpprobeWithKey, NamesAReplyThatIsNotSigned) {
  expect_rejected([](const Question& q) { return fakes::only(q.truth); }, "not-signed",
                  "no valid reply within 300.000 ms: its replies are not signed by key 7");
}

// Attack class 7, CVE-2015-7974: another known key must not authenticate this server.
TEST_F(NtpprobeWithKey, ReplySignedByAnotherKnownKeyIsRefused) {
  expect_rejected([](const Question& q) { return Datagrams{fakes::signed_with(kKey8, q.truth)}; },
                  "not-signed", "its replies are not signed by key 7");
}

// Attack class 4: a crypto-NAK must not end the query.
TEST_F(NtpprobeWithKey, NamesACryptoNakAndOutwaitsIt) {
  const auto nak = [](const Question& q) { return fakes::with_trailer(q.truth, {0, 0, 0, 0}); };
  expect_rejected([&](const Question& q) { return Datagrams{nak(q)}; }, "crypto-nak",
                  "it does not know key 7 (crypto-NAK)");
  const LyingServer server([&](const Question& q) {
    return Datagrams{nak(q), fakes::signed_with(kKey7, q.truth)};
  });
  EXPECT_EQ(probe(server).status, 0);
}

TEST_F(NtpprobeWithKey, NamesAForgedOriginUnderTheRightSignature) {
  expect_rejected(
      [](const Question& q) {
        Header replayed = q.truth;
        replayed.origin = NtpTimestamp::from_raw(q.truth.origin.raw() + 1);
        return Datagrams{fakes::signed_with(kKey7, replayed)};
      },
      "wrong-origin", "wrong origin");
}

// Attack class 2: otherwise anybody who sees our queries could stop us.
TEST_F(NtpprobeWithKey, ObeysAKissOnlyIfItIsSigned) {
  expect_rejected([](const Question& q) { return fakes::only(fakes::kiss_reply(q.query, kiss::kDeny)); },
                  "not-signed", "not signed by key 7");
  expect_rejected(
      [](const Question& q) {
        return Datagrams{fakes::signed_with(kKey7, fakes::kiss_reply(q.query, kiss::kDeny))};
      },
      "kiss-deny", "denies");
}

TEST_F(NtpprobeWithKey, SaysWhatSilenceMayMean) {
  expect_rejected([](const Question&) { return Datagrams{}; }, "no-reply",
                  "no reply within 300.000 ms: it may not know key 7");
}

}  // namespace
}  // namespace isletime::ntpprobe_keys_test
