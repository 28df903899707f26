#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the named seeds of the fuzz targets: tests/fuzz/make_seeds.py [FOLDER]

The bytes are what each target's source takes off its input. The same files come out every time;
files of other names, such as inputs that once crashed a target, are left alone.
"""

import pathlib
import struct
import sys

NONCE = 0x0123456789ABCDEF
T1 = 1_770_000_000  # 2026-02-02T02:40:00Z
NTP_TO_UNIX = 2_208_988_800
ERA = 2**32 - NTP_TO_UNIX  # 2036-02-07T06:28:16Z
FIRST_NS, LAST_NS = -(2**63), 2**63 - 1


def ns(seconds):
    return round(seconds * 10**9)


def stamp(seconds):
    return (round(seconds * 2**32) + (NTP_TO_UNIX << 32)) % 2**64


def header(mode, version=4, leap=0, stratum=0, poll=0, precision=0, delay=0, dispersion=0, refid=b"\0\0\0\0",
           reference=0, origin=0, receive=0, transmit=0):
    return struct.pack(">BBbbII4sQQQQ", leap << 6 | version << 3 | mode, stratum, poll, precision, delay,
                       dispersion, refid, reference, origin, receive, transmit)


def client(version=4, **fields):
    return header(3, version, transmit=NONCE, **fields)


def server(version=4, mode=4, **fields):
    honest = dict(stratum=2, poll=6, precision=-20, delay=0x200, dispersion=0x400, refid=b"\xc0\0\2\1",
                  reference=stamp(T1 - 60), origin=NONCE, receive=stamp(T1 + 10.002),
                  transmit=stamp(T1 + 10.007))
    return header(mode, version, **(honest | fields))


def kiss(code, **fields):
    return server(leap=3, stratum=0, refid=code, **fields)


def extension(kind, length):
    return struct.pack(">HH", kind, length) + bytes(length - 4)


def mac(key, digest):
    return struct.pack(">I", key) + bytes(range(digest))


CRYPTO_NAK = bytes(4)

PACKETS = {
    "client_v1_mode_0": header(0, 1, transmit=NONCE),
    "client_v3_48_bytes": client(3),
    "client_v4_mode_0": header(0, 4, transmit=NONCE),
    "client_v4_48_bytes": client(),
    "client_v5_draft": client(5),
    "truncated_to_47_bytes": client()[:47],
    "empty": b"",
    "server_v4_stratum_2": server(),
    "server_stratum_1_gps": server(stratum=1, refid=b"GPS\0"),
    "server_unsynchronised": server(leap=3, stratum=0, refid=b"\0\0\0\0"),
    "server_root_delay_0xffffff1b": server(delay=0xFFFFFF1B),
    "symmetric_active_from_windows": header(1, 3, transmit=NONCE),
    "broadcast": server(mode=5),
    "kiss_rate": kiss(b"RATE"),
    "mode_6_readvar_12_bytes": bytes([0x16, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
    "mode_7_monlist_192_bytes": bytes([0x17, 0, 3, 0x2A]) + bytes(188),
    "v3_md5_mac": client(3) + mac(7, 16),
    "v3_sha512_mac": client(3) + mac(7, 64),
    "v4_md5_mac": client() + mac(7, 16),
    "v4_sha1_mac": client() + mac(7, 20),
    "v4_crypto_nak": server() + CRYPTO_NAK,
    "v4_extension_of_28_bytes": client() + extension(0x0104, 28),
    "v4_extension_of_16_bytes_and_mac": client() + extension(0x0104, 16) + mac(7, 20),
    "v4_three_extensions": client() + extension(1, 16) + extension(2, 32) + extension(3, 28),
    "v4_extension_longer_than_the_packet": client() + struct.pack(">HH", 1, 0xFFFC) + bytes(28),
    "v4_extension_of_length_zero": client() + bytes(32),
}


def instant_and_text(instant, text):
    return struct.pack(">q", instant) + text.encode()


TIMES = {
    "utc": instant_and_text(ns(T1), "2026-02-03T04:05:06.123456789Z"),
    "offset_of_half_an_hour": instant_and_text(0, "2026-02-03T04:05:06+05:30"),
    "negative_offset_lower_case": instant_and_text(-1, "1969-12-31t23:59:59.9-00:01"),
    "leap_second": instant_and_text(ns(ERA), "2016-12-31T23:59:60Z"),
    "leap_second_elsewhere": instant_and_text(ns(ERA), "2017-01-01T05:29:60+05:30"),
    "leap_second_that_cannot_be": instant_and_text(0, "2016-12-31T12:00:60Z"),
    "leap_day": instant_and_text(0, "2024-02-29 00:00:00.0000000001Z"),
    "no_leap_day": instant_and_text(0, "2100-02-29T00:00:00Z"),
    "earliest": instant_and_text(FIRST_NS, "1677-09-21T00:12:43.145224192Z"),
    "latest": instant_and_text(LAST_NS, "2262-04-11T23:47:16.854775807Z"),
    "beyond_the_latest_by_its_offset": instant_and_text(LAST_NS, "2262-04-11T23:47:16.9-00:01"),
    "year_0000": instant_and_text(0, "0000-01-01T00:00:00Z"),
    "year_9999": instant_and_text(0, "9999-12-31T23:59:59Z"),
}


def ipv4(address, port):
    return struct.pack(">QQH", 0, 0xFFFF00000000 | address, port)


ASKER, ASKER_AS_SERVER = ipv4(0xC0000209, 50_000), ipv4(0xC0000209, 123)
US = ipv4(0xC0000202, 123)
ALLOW_ALL = bytes([1, 1, 0]) + bytes(16)
NO_RULE = bytes([0])
ALLOW_24_BUT_NOT_ONE = bytes([2]) + b"".join(
    bytes([access, 96 + length]) + ipv4(address, 0)[:16] for access, length, address in
    ((1, 24, 0xC0000200), (0, 32, 0xC0000209)))


def state(leap=0, stratum=3, precision=-20, refid=b"\xc0\0\2\1", reference=ns(T1 - 100), delay=0x1000,
          dispersion=0x800, growth_limit=0x100000, not_before=0):
    return struct.pack(">BBb4sqIIIq", leap, stratum, precision, refid, reference, delay, dispersion,
                       growth_limit, not_before)


def request(datagram, of=state(), rules=ALLOW_ALL, sender=ASKER, to=US, received=ns(T1)):
    return of + rules + sender + to + struct.pack(">q", received) + datagram


REQUESTS = {name: request(datagram) for name, datagram in PACKETS.items()} | {
    "v1_mode_0_from_port_123": request(PACKETS["client_v1_mode_0"], sender=ASKER_AS_SERVER),
    "from_port_0": request(client(), sender=ipv4(0xC0000209, 0)),
    "from_ourselves": request(client(), sender=US),
    "no_rule": request(client(), rules=NO_RULE),
    "denied_within_an_allowed_network": request(client(), rules=ALLOW_24_BUT_NOT_ONE),
    "allowed_network": request(client(), rules=ALLOW_24_BUT_NOT_ONE, sender=ipv4(0xC000020A, 50_000)),
    "clock_before_the_build_date": request(client(), of=state(not_before=ns(T1 + 1))),
    "state_unsynchronised": request(client(), of=state(leap=3, stratum=0)),
    "state_stratum_16": request(client(), of=state(stratum=16)),
    "state_of_the_largest_dispersion": request(client(), of=state(dispersion=0xFFFFFFFF, growth_limit=0xFFFFFFFF)),
    "largest_growth_limit_after_centuries": request(client(), of=state(reference=FIRST_NS, growth_limit=0xFFFFFFFF)),
    "arrival_as_an_era_starts": request(client(), received=ns(ERA)),
    "arrival_at_the_earliest_instant": request(client(), received=FIRST_NS),
    "arrival_at_the_latest_instant": request(client(), of=state(reference=FIRST_NS), received=LAST_NS),
}

# The client's operations.
CONFIG = struct.pack(">BbHHI", 3, -20, 1999, 1999, 1_024_000)  # version 4, 2 s, 2 s, 1024 s
POLL = bytes([0]) + struct.pack(">Q", NONCE)
WAIT_UNTIL_WAKEUP = bytes([2])
FROM_SERVER, FROM_OTHER_PORT = bytes([2]), bytes([0])
ASK = POLL + bytes([3]) + struct.pack(">q", ns(T1))
SERVERS_CLOCK = 10 << 32  # it is 10 s ahead


def wait(milliseconds):
    return bytes([1]) + struct.pack(">I", milliseconds)


def hear(datagram, sender=FROM_SERVER, received=ns(T1 + 0.008)):
    return bytes([4]) + sender + struct.pack(">qB", received, len(datagram)) + datagram


def reply(*faults, trailer=b"", sender=FROM_SERVER, round_trip=8_000_000, turnaround=5 << 22):
    spoilt = b"".join(bytes(fault) for fault in faults)
    return (bytes([5]) + struct.pack(">IQI", round_trip, SERVERS_CLOCK, turnaround) +
            bytes([len(faults)]) + spoilt + bytes([len(trailer)]) + trailer + sender)


def hear_again(sender=FROM_SERVER):
    return bytes([6]) + sender + struct.pack(">q", ns(T1 + 0.008))


EXPIRE, GIVE_UP = bytes([8]), bytes([9])


def hear_kiss(code, sender=FROM_SERVER):
    return bytes([7]) + code + sender + struct.pack(">I", 8_000_000)


LOSE = WAIT_UNTIL_WAKEUP + POLL + WAIT_UNTIL_WAKEUP + POLL
PLAYS = {
    "honest_reply": ASK + reply(),
    "honest_reply_as_captured": ASK + hear(server()),
    "honest_reply_twice": ASK + reply() + hear_again(),
    "two_queries_and_replies": ASK + reply() + WAIT_UNTIL_WAKEUP + ASK + reply(),
    "reply_of_another_port": ASK + reply(sender=FROM_OTHER_PORT) + hear_again(),
    "reply_before_the_query": hear(server()) + ASK + reply(),
    "reply_before_on_sent": POLL + reply(),
    "reply_at_the_timeout": ASK + wait(2000) + reply(),
    "reply_of_the_last_query": ASK + wait(2000) + POLL + WAIT_UNTIL_WAKEUP + ASK + hear(server()) + reply(),
    "reply_after_it_expired": ASK + wait(2000) + EXPIRE + EXPIRE + hear(server()) + POLL,
    "reply_after_it_was_given_up": ASK + GIVE_UP + hear(server()) + POLL + WAIT_UNTIL_WAKEUP + ASK + reply(),
    "given_up_without_a_query": GIVE_UP + EXPIRE + ASK + EXPIRE + reply() + GIVE_UP,
    "origin_zero": ASK + hear(server(origin=0)) + reply(),
    "origin_off_by_one_bit": ASK + reply((31, 1)) + reply(),
    "leap_3": ASK + reply((0, 0xC0)),
    "stratum_16": ASK + reply((1, 18)),
    "transmit_zero": ASK + hear(server(transmit=0)),
    "root_delay_0xffffff1b": ASK + hear(server(delay=0xFFFFFF1B)),
    "refid_is_us": ASK + hear(server(refid=b"\xc0\0\2\xfe")),
    "precision_127": ASK + hear(server(precision=127)),
    "crypto_nak": ASK + reply(trailer=CRYPTO_NAK) + reply(),
    "signed": ASK + reply(trailer=mac(7, 16)) + reply(),
    "truncated": ASK + hear(server()[:47]) + reply(),
    "long_turnaround": ASK + reply(turnaround=0xFFFFFFFF),
    "local_clock_steps_back": ASK + hear(server(), received=ns(T1 - 1)),
    "local_clock_at_the_earliest_instant": POLL + bytes([3]) + struct.pack(">q", FIRST_NS) + reply(),
    "local_clock_at_the_latest_instant": POLL + bytes([3]) + struct.pack(">q", LAST_NS) + reply(),
    "kiss_rate_with_our_origin": ASK + hear_kiss(b"RATE") + LOSE + ASK,
    "kiss_rate_with_origin_zero": ASK + hear(kiss(b"RATE", origin=0)) + reply(),
    "kiss_rate_twice": ASK + hear_kiss(b"RATE") + WAIT_UNTIL_WAKEUP + ASK + hear_kiss(b"RATE") + hear_again(),
    "kiss_deny_with_our_origin": ASK + hear_kiss(b"DENY") + wait(2**32 - 1) + POLL,
    "kiss_deny_of_another_port": ASK + hear_kiss(b"DENY", FROM_OTHER_PORT) + reply(),
    "kiss_rstr_behind_a_reply": ASK + reply() + hear_kiss(b"RSTR") + wait(5000) + POLL,
    "kiss_init": ASK + hear_kiss(b"INIT") + LOSE,
    "lost_queries": ASK + LOSE * 12,
    "poll_with_nonce_zero": bytes(9) + bytes([3]) + struct.pack(">q", ns(T1)) + reply(),
    "polls_without_a_wait": ASK + POLL * 5 + reply() + POLL * 5,
}

SEEDS = {
    "packet_fuzz": PACKETS,
    "rfc3339_fuzz": TIMES,
    "responder_fuzz": REQUESTS,
    "client_fuzz": {name: CONFIG + play for name, play in PLAYS.items()},
}


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "seeds"
    for target, seeds in SEEDS.items():
        folder = root / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in seeds.items():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
