// SPDX-License-Identifier: MIT
#include "tools/syncweb/machine/metrics.hpp"

#include <fstream>
#include <set>

#include "tests/fakes/program.hpp"
#include "tests/fakes/scratch_folder.hpp"
#include "tests/syncweb/machine/machine_site.hpp"

namespace isletime::syncweb::metrics_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kSources =
    R"({"reply":"sources","sources":[)"
    R"({"source":"ntp:192.0.2.1","kind":"ntp","tally":"*","reach":255,"offset_s":0.001,"uncertainty_s":0.002},)"
    R"({"source":"ntp:192.0.2.2","kind":"ntp","tally":" ","reach":5},)"
    R"({"source":"phone:a\"b\\c","kind":"phone","tally":"x","offset_s":-1}]})";

class Metrics : public MachineSite {
 protected:
  void hears_all() {
    site.started = kMono;
    hears(status_line({.ahead = -5s}));
    hears(kSources);
    hears(R"({"reply":"clients","clients":[{"address":"192.0.2.9"}],"left_out":2})");
  }
  bool tells(const std::string& line) {
    const std::string body = ask("/metrics", 1s).body;
    return body.find('\n' + line + '\n') != std::string::npos;
  }
};

// OpenMetrics 1.0: a metric's name has its unit as a suffix, and no name ends as those of samples do.
TEST_F(Metrics, NamesAreUniqueAndEndWithTheirUnit) {
  std::set<std::string_view> names;
  for (const Metric& metric : metrics()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_TRUE(metric.name.starts_with("isletime_")) << metric.name;
    if (!metric.unit.empty()) {
      EXPECT_TRUE(metric.name.ends_with("_" + std::string{metric.unit})) << metric.name;
    }
    for (const char* suffix : {"_total", "_info", "_created", "_count", "_sum", "_bucket"})
      EXPECT_FALSE(metric.name.ends_with(suffix)) << metric.name;
    EXPECT_TRUE(metric.help.ends_with(".")) << metric.name;
  }
}

TEST_F(Metrics, HaveTheMediaTypeAndTheEndOfOpenMetrics) {
  const Response response = ask("/metrics");
  EXPECT_EQ(response.type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_TRUE(response.body.ends_with("\n# EOF\n"));
}

TEST_F(Metrics, TellTheHubsClock) {
  hears_all();
  for (const char* line : {"isletime_sntpd_up 1",
                           "isletime_synchronised 1",
                           "isletime_reliable 1",
                           "isletime_bound_seconds 0.010005000",
                           "isletime_offset_seconds -0.000003000",
                           "isletime_age_seconds 2.000000000",
                           "isletime_ahead_seconds -5.000000000",
                           "isletime_frequency_ratios -1.25e-05",
                           "isletime_stratum 3",
                           "isletime_root_delay_seconds 0.004000000",
                           "isletime_root_dispersion_seconds 0.005000000",
                           "isletime_uptime_seconds 3600.000000000",
                           "isletime_presses_total 0",
                           "isletime_presses_repeated_total 0",
                           "isletime_web_uptime_seconds 1.000000000",
                           "isletime_warnings 0",
                           "isletime_clients 3",
                           R"(isletime_requests_total{outcome="answered"} 7)",
                           R"(isletime_requests_total{outcome="refused"} 8)",
                           "isletime_requests_limited_total 9"}) {
    EXPECT_TRUE(tells(line)) << line << "\n" << ask("/metrics", 1s).body;
  }
}

TEST_F(Metrics, TellOfEachSourceWhatIsKnown) {
  hears_all();
  for (const char* line :
       {R"(isletime_source_offset_seconds{source="ntp:192.0.2.1",kind="ntp"} 0.001000000)",
        R"(isletime_source_bound_seconds{source="ntp:192.0.2.1",kind="ntp"} 0.002000000)",
        R"(isletime_source_reach{source="ntp:192.0.2.1",kind="ntp"} 8)",
        R"(isletime_source_reach{source="ntp:192.0.2.2",kind="ntp"} 2)",
        R"(isletime_source_selected{source="ntp:192.0.2.1",kind="ntp"} 1)",
        R"(isletime_source_selected{source="ntp:192.0.2.2",kind="ntp"} 0)",
        R"(isletime_source_offset_seconds{source="phone:a\"b\\c",kind="phone"} -1.000000000)"}) {
    EXPECT_TRUE(tells(line)) << line;
  }
  EXPECT_FALSE(tells(R"(isletime_source_reach{source="phone:a\"b\\c",kind="phone"} 0)")) << "it is not asked";
}

TEST_F(Metrics, TellOfTheBatteryClock) {
  hears_all();
  const std::string labels = R"({source="rtc:/dev/i2c-1@0x68",chip="ds3231"} )";
  for (const char* line :
       {"isletime_rtc_temperature_celsius%24.25", "isletime_rtc_frequency_ratios%-5e-07",
        "isletime_rtc_writes_total%2", "isletime_rtc_repairs_total%1", "isletime_rtc_failures_total%3"}) {
    std::string text = line;
    text.replace(text.find('%'), 1, labels);
    EXPECT_TRUE(tells(text)) << text;
  }
}

TEST_F(Metrics, ClaimNothingOfAnUnsynchronisedClock) {
  hears(status_line({.is_synchronised = false}));
  EXPECT_TRUE(tells("isletime_synchronised 0"));
  EXPECT_TRUE(tells("isletime_stratum 16"));
  const std::string body = ask("/metrics").body;
  for (const char* name : {"bound", "offset", "age", "root_delay", "root_dispersion"})
    EXPECT_EQ(body.find("isletime_" + std::string{name} + "_seconds"), std::string::npos) << name;
}

TEST_F(Metrics, WithoutSntpdOnlySyncwebIsTold) {
  hears_all();
  site.hub.on_disconnected(site.events);
  EXPECT_TRUE(tells("isletime_sntpd_up 0"));
  EXPECT_TRUE(tells("isletime_synchronised 0"));
  EXPECT_EQ(ask("/metrics").body.find("isletime_source_"), std::string::npos);
  EXPECT_EQ(ask("/metrics").body.find("isletime_requests"), std::string::npos);
}

TEST_F(Metrics, ASourceThatStandsThereTwiceIsToldOnce) {
  hears(status_line({}));
  hears(R"({"reply":"sources","sources":[{"source":"a","tally":"*"},{"source":"a","tally":" "}]})");
  const std::string body = ask("/metrics").body;
  EXPECT_NE(body.find(R"(isletime_source_selected{source="a",kind=""} 1)"), std::string::npos);
  EXPECT_EQ(body.find(R"(isletime_source_selected{source="a",kind=""} 0)"), std::string::npos);
}

// Prometheus's own parser for Python, which Debian packages for its own interpreter.
TEST_F(Metrics, TheParserOfPrometheusReadsThem) {
  constexpr const char* kScript =
      "import sys\n"
      "from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse\n"
      "for f in parse(open(sys.argv[1]).read()): print(f.name, f.type, f.unit, len(f.samples))\n";
  hears_all();
  const fakes::ScratchFolder folder;
  const std::string path = folder.path() + "/metrics";
  std::ofstream{path} << ask("/metrics", 1s).body;
  const auto parsed = fakes::run({"/usr/bin/python3", "-c", kScript, path});
  ASSERT_EQ(parsed.status, 0) << parsed.err;
  EXPECT_EQ(fakes::count_lines(parsed.out), metrics().size()) << "each row has a sample here\n" << parsed.out;
  for (const char* line : {"isletime_build info  1", "isletime_requests counter  2",
                           "isletime_bound_seconds gauge seconds 1", "isletime_source_reach gauge  2"})
    EXPECT_NE(parsed.out.find(line), std::string::npos) << line << "\n" << parsed.out;
}

}  // namespace
}  // namespace isletime::syncweb::metrics_test
