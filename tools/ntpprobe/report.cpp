// SPDX-License-Identifier: MIT
#include "tools/ntpprobe/report.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include "tools/common/duration_text.hpp"

namespace isletime::ntpprobe {
namespace {

const char* leap_text(Leap leap) {
  switch (leap) {
    case Leap::kNone:
      return "none announced";
    case Leap::kInsert:
      return "the day's last minute has 61 s";
    case Leap::kDelete:
      return "the day's last minute has 59 s";
    case Leap::kUnsynchronised:
      return "unsynchronised";
  }
  return "";
}

std::string refid_of(const Header& server) {
  return reference_id_text(server.reference_id, server.stratum);
}

// If the root distances of two servers are right, their offsets cannot differ by more than this.
bool disagree(const Measurement& a, const Measurement& b) {
  const auto bound = [](const Measurement& m) { return error_bound(m) + root_distance(m.server); };
  return std::chrono::abs(a.offset.value - b.offset.value) > bound(a) + bound(b);
}

}  // namespace

Report::Report(const Options& options, const Log& log)
    : options_(options),
      log_(log),
      colours_(isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr),
      host_width_(std::max_element(options.hosts.begin(), options.hosts.end(),
                                   [](const Host& a, const Host& b) { return a.text.size() < b.text.size(); })
                      ->text.size()),
      last_(options.hosts.size()) {}

void Report::begin() {
  if (options_.format == Format::kCsv) output_.line(csv_header());
  if (options_.format == Format::kText && prints_table()) {
    print_columns({"host", "offset_s", "bound_s", "delay_s", "st", "refid", "verdict"});
  }
}

void Report::add(std::size_t host, const Finding& finding) {
  last_[host] = Judged{finding, verdict_of(finding, options_)};
  if (options_.monitor) print(*last_[host]);
}

void Report::finish() {
  if (options_.monitor) return;
  for (const auto& judged : last_) {
    if (judged) print(*judged);
  }
  if (options_.format == Format::kText && prints_table()) print_comparison();
}

bool Report::all_good() const {
  return std::all_of(last_.begin(), last_.end(),
                     [](const auto& judged) { return judged && judged->verdict.good; });
}

bool Report::prints_table() const {
  return options_.level != Log::Level::kErrors && (options_.monitor || options_.hosts.size() > 1);
}

void Report::print(const Judged& judged) {
  const auto& [finding, verdict] = judged;
  if (!verdict.good) log_.error(fmt::format("{}: {}", finding.host, verdict.sentence));
  switch (options_.format) {
    case Format::kCsv:
      output_.line(csv_row(record_of(finding)));
      return;
    case Format::kJson:
      output_.line(json_line(record_of(finding)));
      return;
    case Format::kText:
      if (prints_table()) {
        print_row(judged);
      } else if (options_.level != Log::Level::kErrors) {
        print_sentences(judged);
      }
      return;
  }
}

void Report::print_sentences(const Judged& judged) {
  const auto* measured = std::get_if<Measured>(&judged.finding.outcome);
  if (measured == nullptr) return;
  const Measurement& m = measured->sample;
  output_.line(fmt::format(
      "{}: {}", judged.finding.host,
      coloured(judged.verdict.good,
               fmt::format("{}: {}", judged.verdict.good ? "good" : "bad", judged.verdict.sentence))));
  const auto row = [this](const char* name, const std::string& value, const char* remark = "") {
    output_.line(fmt::format("  {:<14}{}{}{}", name, value, *remark == '\0' ? "" : "  ", remark));
  };
  const auto unsigned_seconds = [](nanoseconds value) { return fmt::format(" {} s", seconds_text(value)); };
  const Header& server = m.server;
  row("offset", signed_seconds(m.offset.value) + " s", "server - this clock");
  row("error bound", unsigned_seconds(error_bound(m)));
  row("delay",
      m.delay.value < nanoseconds::zero() ? seconds_text(m.delay.value) + " s"
                                          : unsigned_seconds(m.delay.value),
      "there and back");
  row("root distance", unsigned_seconds(root_distance(server)), "of the server, by its own account");
  row("stratum", fmt::format(" {}", server.stratum));
  row("refid", fmt::format(" {}", refid_of(server)),
      server.reference_id == kLocalClock ? "its own clock, which nothing sets" : "");
  row("leap", fmt::format(" {}", leap_text(server.leap)));
  row("version", fmt::format(" {}", server.version));
  if (m.is_interleaved) row("mode", " interleaved", "its transmit stamp came with a later reply");
}

void Report::print_row(const Judged& judged) {
  const auto& [finding, verdict] = judged;
  const std::string word = coloured(verdict.good, verdict.word);
  const auto* measured = std::get_if<Measured>(&finding.outcome);
  if (measured == nullptr) {
    print_columns({finding.host, "-", "-", "-", "-", "-", word});
    return;
  }
  const Measurement& m = measured->sample;
  print_columns({finding.host, signed_seconds(m.offset.value), seconds_text(error_bound(m)),
                 seconds_text(m.delay.value), fmt::format("{}", m.server.stratum), refid_of(m.server), word});
}

void Report::print_columns(const std::array<std::string, 7>& columns) {
  const auto& [host, offset, bound, delay, stratum, refid, verdict] = columns;
  output_.line(fmt::format("{:<{}}  {:>15} {:>13} {:>13} {:>3} {:<15} {}", host, host_width_, offset, bound,
                           delay, stratum, refid, verdict));
}

std::string Report::coloured(bool good, const std::string& text) const {
  if (!colours_) return text;
  return fmt::format("\033[{}m{}\033[0m", good ? 32 : 31, text);
}

void Report::print_comparison() {
  std::vector<std::pair<std::string, Measurement>> measured;
  for (const auto& judged : last_) {
    if (!judged) continue;
    if (const auto* m = std::get_if<Measured>(&judged->finding.outcome)) {
      measured.emplace_back(judged->finding.host, m->sample);
    }
  }
  for (auto a = measured.begin(); a != measured.end(); ++a) {
    for (auto b = std::next(a); b != measured.end(); ++b) {
      if (!disagree(a->second, b->second)) continue;
      const nanoseconds apart = a->second.offset.value - b->second.offset.value;
      output_.line(fmt::format("{} and {} differ by {}: more than both can be off by their own account",
                               a->first, b->first, duration_text(std::chrono::abs(apart))));
    }
  }
}

}  // namespace isletime::ntpprobe
