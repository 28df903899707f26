// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/clock_choice.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libsync/drivers/rtc_detect.hpp"
#include "tools/common/battery_clock/chip_clock.hpp"

namespace isletime::battery_clock {
namespace {

I2cDev::Claims claims_of(const WantedClock& wanted) {
  return wanted.is_forced ? I2cDev::Claims::kIgnored : I2cDev::Claims::kRespected;
}

std::vector<std::uint8_t> addresses_of(const WantedClock& wanted) {
  if (wanted.address) return {*wanted.address};
  if (wanted.chip) return {default_address(*wanted.chip)};
  return {kClockAddresses.begin(), kClockAddresses.end()};
}

// Returns "ds3232 or ds1340".
std::string candidates_of(const Detected& chip) {
  if (!chip.candidates[1]) return to_string(*chip.candidates[0]);
  return fmt::format("{} or {}", to_string(*chip.candidates[0]), to_string(*chip.candidates[1]));
}

std::string kind_of(const Detected& chip) {
  if (chip.error == BusError::kClaimed) return "held by a driver of the kernel";
  if (chip.error) return "unknown";
  if (!chip.model) return chip.candidates[0] ? candidates_of(chip) : "no clock that is known";
  if (!chip.or_model) return to_string(*chip.model);
  return fmt::format("{} or {}", to_string(*chip.model), to_string(*chip.or_model));
}

// A chip answers, but it is not the one that was asked for.
std::optional<Fault> find_fault(const Detected& chip, const WantedClock& wanted) {
  if (chip.error) return fault_of(*chip.error);
  if (wanted.chip && (chip.may_be(*wanted.chip) || wanted.is_forced)) return std::nullopt;
  if (!chip.model && chip.candidates[0] && !wanted.chip) {
    return Fault{
        "unknown-chip",
        fmt::format("its registers do not tell which clock it is; if it is a {}, say so, as in --chip {}",
                    candidates_of(chip), to_string(*chip.candidates[0])),
        ExitStatus::kUsage};
  }
  if (!chip.model && !chip.candidates[0]) {
    return Fault{
        "unknown-chip",
        "something answers, but it is no clock that is known: try --chip and --force if you know better",
        ExitStatus::kBadVerdict};
  }
  if (wanted.chip) {
    return Fault{"wrong-chip",
                 fmt::format("there is no {} but a {}: leave out --chip, or --force to take it for one",
                             to_string(*wanted.chip), kind_of(chip)),
                 ExitStatus::kUsage};
  }
  return std::nullopt;
}

// A detection is always completed. If a signal asks to stop, the operation after it reports that.
struct DetectHost {
  MonoTime mono() { return machine.mono_now(); }
  bool sleep_until(MonoTime time) {
    machine.sleep_until(time);
    return true;
  }
  Machine& machine;
};

std::optional<Candidate> look_at(const std::string& path, I2cBus& bus, std::uint8_t address,
                                 const WantedClock& wanted, DetectHost host) {
  const auto chip = detect(bus, address, host);
  if (!chip) return std::nullopt;
  const auto fault = find_fault(*chip, wanted);
  if (fault) return Candidate{path, address, std::nullopt, fault, kind_of(*chip)};
  const auto model = wanted.chip ? wanted.chip : chip->model;
  return Candidate{path, address, model, std::nullopt, wanted.chip ? to_string(*model) : kind_of(*chip)};
}

void add_candidates(std::vector<Candidate>& candidates, const std::string& path, const WantedClock& wanted,
                    Devices& devices, Machine& machine) {
  auto device = devices.open(path, claims_of(wanted));
  if (!device) {
    candidates.push_back({path, std::nullopt, std::nullopt, device.error(), "unknown"});
    return;
  }
  if (const auto* clock = std::get_if<Clock>(&*device)) {
    candidates.push_back({path, std::nullopt, std::nullopt, std::nullopt, (*clock)->kind()});
    return;
  }
  for (const std::uint8_t address : addresses_of(wanted)) {
    if (auto candidate = look_at(path, *std::get<Bus>(*device), address, wanted, {machine})) {
      candidates.push_back(std::move(*candidate));
    }
  }
}

Result<ChosenClock, Fault> open_candidate(const Candidate& candidate, const WantedClock& wanted,
                                          Devices& devices, const CivilDate& near) {
  const std::string name = name_of(candidate);
  if (candidate.fault) {
    return Unexpected{
        Fault{candidate.fault->name, name + ": " + candidate.fault->text, candidate.fault->status}};
  }
  auto device = devices.open(candidate.path, claims_of(wanted));
  if (!device)
    return Unexpected{Fault{device.error().name, name + ": " + device.error().text, device.error().status}};
  if (auto* clock = std::get_if<Clock>(&*device)) return ChosenClock{name, std::move(*clock)};
  return ChosenClock{name, std::make_unique<ChipClock>(std::move(std::get<Bus>(*device)), *candidate.model,
                                                       *candidate.address, near)};
}

std::string listed(const std::vector<Candidate>& candidates) {
  std::string text;
  for (const Candidate& candidate : candidates) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", name_of(candidate), candidate.kind);
  }
  return text;
}

// None of the candidates can be used. If the reason is the same for all, its text says what to do.
Fault fault_of_all(const std::vector<Candidate>& candidates) {
  const Fault& first = *candidates[0].fault;
  std::string text;
  for (const Candidate& candidate : candidates) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", name_of(candidate), candidate.fault->name);
  }
  const bool is_same = std::all_of(candidates.begin(), candidates.end(), [&first](const Candidate& each) {
    return each.fault->name == first.name;
  });
  if (is_same) return {first.name, fmt::format("{}: {}", text, first.text), first.status};
  return {first.name,
          fmt::format("no battery clock that can be used: {}: ask one by --device for more", text),
          first.status};
}

}  // namespace

std::string name_of(const Candidate& candidate) {
  return candidate.address ? fmt::format("{}@{:#04x}", candidate.path, *candidate.address) : candidate.path;
}

std::vector<Candidate> find_candidates(const WantedClock& wanted, Devices& devices, Machine& machine) {
  std::vector<Candidate> candidates;
  const auto paths = wanted.device ? std::vector{*wanted.device} : devices.list();
  for (const std::string& path : paths) add_candidates(candidates, path, wanted, devices, machine);
  return candidates;
}

Result<ChosenClock, Fault> choose_clock(const WantedClock& wanted, Devices& devices, Machine& machine,
                                        const CivilDate& near) {
  const auto candidates = find_candidates(wanted, devices, machine);
  std::vector<Candidate> usable;
  std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(usable),
               [](const Candidate& candidate) { return !candidate.fault; });
  if (usable.size() == 1) return open_candidate(usable[0], wanted, devices, near);
  if (usable.size() > 1) {
    return Unexpected{
        Fault{"ambiguous",
              fmt::format("several battery clocks: name one with --device and --address: {}", listed(usable)),
              ExitStatus::kUsage}};
  }
  if (candidates.size() == 1) return open_candidate(candidates[0], wanted, devices, near);
  if (!candidates.empty()) return Unexpected{fault_of_all(candidates)};
  if (wanted.device) {
    return Unexpected{
        Fault{"no-acknowledge", *wanted.device + ": " + fault_of(BusError::kNoAcknowledge).text}};
  }
  return Unexpected{Fault{
      "no-device",
      "no battery clock: neither a /dev/i2c-* nor a /dev/rtc* has one; enable I2C, connect a chip, or name "
      "its device with --device"}};
}

}  // namespace isletime::battery_clock
