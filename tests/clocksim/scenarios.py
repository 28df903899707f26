"""The scenarios through which `compare` runs sntpd and chronyd. Units and the syntax of `events` are those of
settings.hpp and events.hpp. Unless a scenario says otherwise, the oscillator's frequency also wanders by 1e-9 per
sqrt(s), and errors count from 4 h on.
"""

import dataclasses

MINUTE = 60
HOUR = 3600
DAY = 86400

WAN = {"DELAY": 5e-3, "JITTER": 1e-3}
LAN = {"DELAY": 0.2e-3, "JITTER": 50e-6}
LAN4 = {"DELAY": 50e-6, "JITTER": 10e-6}
CELLULAR = {"DELAY": 0, "JITTER": 4e-3, "NOISE": "gamma"}


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    link: dict
    events: str = ""
    seconds: int = DAY
    settled: int = 4 * HOUR
    polls: tuple = (6, 10)
    servers: int = 1
    # The settings of a run in the boot before, whose state is kept.
    before: dict | None = None

    def settings(self):
        """Returns the settings as environment variables."""
        words = {"EPOCH": 1_800_000_000, "SECONDS": self.seconds, "SETTLED": self.settled, "EVENTS": self.events}
        return {f"CLOCKSIM_{name}": str(value) for name, value in (words | self.link).items()}


def frequency(name, link, ppm, **options):
    return Scenario(name, link, f"frequency={ppm}e-6 at={12 * HOUR}", **options)


def every(quantities, length, period, first):
    return f"{quantities} at={first} for={length} each={period}"


TWO_DAYS = 2 * DAY
SCENARIOS = [
    Scenario("wan", WAN),
    Scenario("lan", LAN),
    Scenario("wan-20ppm", WAN, f"frequency=20e-6 at={DAY} for={6 * HOUR}", seconds=TWO_DAYS),
    Scenario("wan-20ppm-poll-6", WAN, f"frequency=20e-6 at={DAY} for={6 * HOUR}", seconds=TWO_DAYS, polls=(6, 6)),
    frequency("lan-20ppm", LAN, 20),
    frequency("lan-50ppm", LAN, 50),
    frequency("lan-100ppm", LAN, 100),
    frequency("lan-500ppm", LAN, 500),
    frequency("lan4-20ppm", LAN4, 20, polls=(4, 6)),
    frequency("lan4-100ppm", LAN4, 100, polls=(4, 6)),
    frequency("lan-50ppm-three-servers", LAN, 50, servers=3),
    Scenario("lan-ramp", LAN, f"frequency=20e-6 at={12 * HOUR} over=300"),
    Scenario("wan-ramp", WAN, f"frequency=20e-6 at={12 * HOUR} over=300"),
    Scenario("first-start-500ppm", LAN | {"FREQUENCY": 500e-6}, polls=(4, 6)),
    Scenario("reboot-30ppm", LAN | {"FREQUENCY": 30e-6}, before={"FREQUENCY": 0}, settled=0),
    # A smearing server looks like an oscillator that has slowed down; errors are relative to smeared time.
    Scenario("lan-smear", LAN, f"frequency=-11.574e-6 at={12 * HOUR} for={DAY}", seconds=TWO_DAYS),
    Scenario(
        "lan-smear-poll-4",
        LAN,
        f"frequency=-11.574e-6 at={12 * HOUR} for={DAY}",
        seconds=TWO_DAYS,
        polls=(4, 4),
    ),
    Scenario("wan-both-5ms", WAN, every("both=5e-3", 30 * MINUTE, 2 * HOUR, 90 * MINUTE)),
    Scenario("wan-up-20ms", WAN, every("up=20e-3", 30 * MINUTE, 4 * HOUR, 210 * MINUTE)),
    Scenario("wan-up-20ms-1-of-4h-poll-4", WAN, every("up=20e-3", HOUR, 4 * HOUR, 3 * HOUR), polls=(4, 4)),
    Scenario("wan-up-20ms-2-of-8h", WAN, every("up=20e-3", 2 * HOUR, 8 * HOUR, 6 * HOUR)),
    Scenario("wan-congestion", WAN, every("up=0.1", 6 * HOUR, 12 * HOUR, 6 * HOUR) + " exponential=0.1"),
    Scenario(
        "bufferbloat-at-start",
        WAN,
        f"up=0.1 exponential=0.1 for={2 * HOUR}",
        seconds=210 * MINUTE,
        settled=2 * HOUR,
    ),
    Scenario("wan-route-up-10ms", WAN, f"up=10e-3 at={DAY}", seconds=TWO_DAYS),
    Scenario("wan-route-both-10ms", WAN, f"both=10e-3 at={DAY}", seconds=TWO_DAYS),
    Scenario("wan-route-up-4ms-less", WAN, f"up=-4e-3 at={DAY}", seconds=TWO_DAYS),
    Scenario("wander-1e-7", WAN | {"WALK": 1e-7}),
    Scenario("wander-1e-6", WAN | {"WALK": 1e-6}),
    Scenario("heater", WAN, f"frequency=8e-6 tau=600 at={6 * HOUR} for={6 * HOUR} each={12 * HOUR}"),
    Scenario("pulses", WAN, every("frequency=50e-6", MINUTE, 2 * HOUR, 2 * HOUR)),
    Scenario("clock-stepped", WAN, "phase=0.8e-3 each=600 random=1"),
    Scenario("loss", WAN, "loss=0.3"),
    Scenario("pareto", WAN | {"NOISE": "pareto", "JITTER": 1e-3 / 3}),
    Scenario("intermittent", WAN | {"UP": 1800, "PERIOD": 23400}, seconds=6 * DAY, settled=DAY),
    Scenario("cellular", CELLULAR, "up=25e-3; down=20e-3; up=0.3 share=0.5"),
    Scenario("three-asymmetric", WAN, "up=5e-3 server=2; up=6e-3 server=3", servers=3),
    Scenario("three-asymmetric-both-ways", WAN, "up=5e-3 server=2; down=6e-3 server=3", servers=3),
    Scenario("one-of-three-up-20ms", WAN, "up=20e-3 server=3", servers=3),
    Scenario("one-of-three-steps", WAN, f"error=0.1 at={12 * HOUR} server=3", servers=3),
    Scenario("one-of-three-runs-off", WAN, f"error=0.5 at={12 * HOUR} over={6 * HOUR} server=3", servers=3),
    Scenario("coarse-server", WAN, "tick=15.625e-3"),
    Scenario("garbled", WAN, "garbled=0.1"),
    Scenario("polls-10-to-17", WAN, seconds=14 * DAY, polls=(10, 17)),
]
