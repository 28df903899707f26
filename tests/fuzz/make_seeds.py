#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the named seeds of the fuzz targets: tests/fuzz/make_seeds.py [FOLDER]

The bytes are in the order in which each target reads its input. Every run writes the same files, and leaves
others alone, such as inputs that once crashed a target.
"""

import hashlib
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

# Control messages, as ntpq, ntpstat and attackers send them.
def text(words):
    return struct.pack(">B", len(words)) + words


def clock(leap=0, stratum=3, refid=b"\xc0\0\2\1", reference=ns(T1 - 100), delay=0x1000, dispersion=0x800):
    return struct.pack(">BB4sqII", leap, stratum, refid, reference, delay, dispersion)


def system(source=6, peer=1, poll=6, known=True, version=b"sntpd 1.2.3"):
    estimates = struct.pack(">qqqq", -1000, -12 << 16, 1 << 13, 12345) if known else b""
    return struct.pack(">BHBB", source, peer, poll, known) + estimates + text(version)


def peer(flags=9, selection=5, reach=0xFF, address=b"192.0.2.1", name=b"", said=server()):
    heard = said + struct.pack(">qqqqq", ns(T1 - 5), -1_500_000, 2_000_000, 250_000, 12345) if flags & 8 else b""
    return struct.pack(">BBB", flags, selection, reach) + text(address) + text(name) + heard


def peers(*items):
    return struct.pack(">B", len(items)) + b"".join(items)


SILENT_PEER = peer(flags=1, selection=0, reach=0, name=b"ntp.test")
PHONE = peer(flags=8, selection=3, reach=1, address=b"", name=b"phone(192.0.2.17)",
             said=bytes(12) + b"PHON" + bytes(32))


def control(operation, association=0, data=b"", count=None, version=2, offset=0):
    length = len(data) if count is None else count
    return struct.pack(">BBHHHHH", version << 3 | 6, operation, 7, 0, association, offset, length) + data


def asked(message, of=clock(), about=system(), among=peers(peer(), SILENT_PEER, PHONE), rules=ALLOW_ALL,
          monitors=ALLOW_ALL, sender=ASKER, to=US, received=ns(T1)):
    return of + about + among + rules + monitors + sender + to + struct.pack(">q", received) + message


READ_STATUS, READ_VARIABLES = 1, 2
CONTROL_MESSAGES = {
    "ntpq_associations": asked(control(READ_STATUS)),
    "ntpq_system": asked(control(READ_VARIABLES)),
    "ntpq_peer": asked(control(READ_VARIABLES, 1)),
    "ntpq_silent_peer": asked(control(READ_VARIABLES, 2)),
    "ntpq_phone": asked(control(READ_VARIABLES, 3)),
    "ntpq_names_padded": asked(control(READ_VARIABLES, 0, b"leap,tc\0", count=7)),
    "ntpq_signed": asked(control(READ_VARIABLES, 0, b"leap") + mac(7, 16)),
    "ntpstat_576_bytes": asked(control(READ_VARIABLES) + bytes(564)),
    "status_of_a_peer": asked(control(READ_STATUS, 1)),
    "names_with_spaces_and_values": asked(control(READ_VARIABLES, 0, b"\r\n leap = 3 ,, tc,")),
    "name_unknown": asked(control(READ_VARIABLES, 0, b"leap,foo")),
    "name_again_and_again": asked(control(READ_VARIABLES, 0, b"tc," * 156)),
    "names_of_separators": asked(control(READ_VARIABLES, 0, b",= ," * 117)),
    "names_beyond_a_fragment": asked(control(READ_VARIABLES, 0, b"a" * 469)),
    "association_unknown": asked(control(READ_VARIABLES, 999)),
    "count_beyond_the_end": asked(control(READ_VARIABLES, 0, b"leap", count=5)),
    "count_65535": asked(control(READ_VARIABLES, 0, b"leap", count=65535)),
    "write_variables": asked(control(3, 0, b"leap=3")),
    "read_clock": asked(control(4)),
    "set_trap": asked(control(6)),
    "configure": asked(control(8, 0, b"server 192.0.2.66")),
    "list_of_clients": asked(control(10, 0, b"nonce=, frags=32")),
    "nonce": asked(control(12)),
    "operation_13": asked(control(13)),
    "a_reply": asked(control(0x80 | READ_VARIABLES)),
    "an_error": asked(control(0x40 | READ_VARIABLES)),
    "a_fragment": asked(control(0x20 | READ_VARIABLES)),
    "offset_4": asked(control(READ_VARIABLES, offset=4)),
    "version_0": asked(control(READ_VARIABLES, version=0)),
    "version_4": asked(control(READ_VARIABLES, version=4)),
    "truncated_to_11_bytes": asked(control(READ_VARIABLES)[:11]),
    "longer_than_1024_bytes": asked(control(READ_VARIABLES) + bytes(1013)),
    "mode_3": asked(client()),
    "from_port_0": asked(control(READ_STATUS), sender=ipv4(0xC0000209, 0)),
    "from_ourselves": asked(control(READ_STATUS), sender=US),
    "no_rule": asked(control(READ_STATUS), rules=NO_RULE),
    "no_monitor": asked(control(READ_STATUS), monitors=NO_RULE),
    "unsynchronised": asked(control(READ_VARIABLES), of=clock(leap=3, stratum=0), about=system(0, 0, 6, False)),
    "without_sources": asked(control(READ_STATUS), about=system(5, 0, 6, False), among=peers()),
    "hostile_texts": asked(control(READ_VARIABLES, 1), among=peers(
        peer(name=b'",\\\r\n\x1b[2J' * 20, address=b"\xff=," * 60, said=server(stratum=1, refid=b'",=\\')))),
    "extreme_numbers": asked(
        control(READ_VARIABLES), of=clock(reference=FIRST_NS, delay=0xFFFFFFFF, dispersion=0xFFFFFFFF),
        about=struct.pack(">BHBBqqqqB", 8, 0xFFFF, 0x80, 1, FIRST_NS, FIRST_NS, LAST_NS, LAST_NS, 0),
        received=LAST_NS),
}

# The operations of client_fuzz.
CONFIG = struct.pack(">BbHHI", 3, -20, 1999, 1999, 1_024_000)  # version 4, 2 s, 2 s, 1024 s
POLL = bytes([0]) + struct.pack(">Q", NONCE)
WAIT_UNTIL_WAKEUP = bytes([2])
FROM_SERVER, FROM_OTHER_PORT = bytes([2]), bytes([0])
ASK = POLL + bytes([3]) + struct.pack(">q", ns(T1))
SERVERS_CLOCK = 10 << 32  # The server's clock is 10 s ahead.


def wait(milliseconds):
    return bytes([1]) + struct.pack(">I", milliseconds)


def hear(datagram, sender=FROM_SERVER, received=ns(T1 + 0.008)):
    return bytes([4]) + sender + struct.pack(">qB", received, len(datagram)) + datagram


def reply(*faults, trailer=b"", sender=FROM_SERVER, round_trip=8_000_000, turnaround=5 << 22, ahead=SERVERS_CLOCK):
    spoilt = b"".join(bytes(fault) for fault in faults)
    return (bytes([5]) + struct.pack(">IQI", round_trip, ahead, turnaround) +
            bytes([len(faults)]) + spoilt + bytes([len(trailer)]) + trailer + sender)


def interleaved_reply(*faults, round_trip=8_000_000, turnaround=6 << 22):
    spoilt = b"".join(bytes(fault) for fault in faults)
    return (bytes([5]) + struct.pack(">IQI", round_trip, SERVERS_CLOCK, turnaround) +
            bytes([0x80 | len(faults)]) + spoilt + bytes([0]) + FROM_SERVER)


def hear_again(sender=FROM_SERVER):
    return bytes([6]) + sender + struct.pack(">q", ns(T1 + 0.008))


EXPIRE, GIVE_UP = bytes([8]), bytes([9])


def hear_kiss(code, sender=FROM_SERVER):
    return bytes([7]) + code + sender + struct.pack(">I", 8_000_000)


def set_interval(milliseconds):
    return bytes([10]) + struct.pack(">I", milliseconds)


# Returns a reply at this second of the day, from a server that announces a leap second at its end.
def announce(second):
    at = T1 // 86_400 * 86_400 + second
    return (WAIT_UNTIL_WAKEUP + POLL + bytes([3]) + struct.pack(">q", ns(at)) +
            hear(server(leap=1, receive=stamp(at + 0.002), transmit=stamp(at + 0.003)), received=ns(at + 0.008)))


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
    "interval_set_by_the_discipline": set_interval(64_000) + ASK + reply() + WAIT_UNTIL_WAKEUP + ASK
                                      + hear_kiss(b"RATE") + set_interval(1) + WAIT_UNTIL_WAKEUP + ASK,
    "leap_second_announced": announce(86_400 - 60) + announce(86_400 - 2) + announce(86_400 + 4) + announce(86_420),
    "leap_second_at_the_latest_instant": POLL + bytes([3]) + struct.pack(">q", LAST_NS - 10**9) + reply(
        (0, 0x40), turnaround=0),
    "polls_without_a_wait": ASK + POLL * 5 + reply() + POLL * 5,
}


def ask_later(seconds):
    return WAIT_UNTIL_WAKEUP + POLL + bytes([3]) + struct.pack(">q", ns(T1 + seconds))


ERA_CONFIG = bytes([0x40 | CONFIG[0]]) + CONFIG[1:]
ERA_PLAYS = {
    "server_of_2040_by_a_clock_of_1970": POLL + bytes([3]) + struct.pack(">q", ns(60)) + reply(ahead=2_208_988_800 << 32),
}
INTERLEAVED_CONFIG = bytes([0x80 | CONFIG[0]]) + CONFIG[1:]
INTERLEAVED_PLAYS = {
    "interleaved_replies": ASK + reply() + b"".join(ask_later(2 * n) + interleaved_reply() for n in range(1, 9)),
    "interleaved_reply_twice": ASK + reply() + ask_later(2) + interleaved_reply() + hear_again() + ask_later(4) +
                               hear_again() + interleaved_reply(),
    "interleaved_server_restarts": ASK + reply() + ask_later(2) + interleaved_reply() + ask_later(4) + reply() +
                                   ask_later(6) + interleaved_reply(),
    "interleaved_reply_after_losses": ASK + reply() + WAIT_UNTIL_WAKEUP + LOSE + LOSE + ask_later(60) +
                                      interleaved_reply(),
    "interleaved_reply_to_a_basic_query": ASK + interleaved_reply() + reply(),
    "interleaved_reply_of_another_exchange": ASK + reply() + ask_later(2) + interleaved_reply(turnaround=0xFFFFFFFF),
    "interleaved_kiss": ASK + reply() + ask_later(2) + hear_kiss(b"RATE") + ask_later(9) + interleaved_reply(),
}


# Returns what follows the digest of a state file, which is BLAKE2b with 128 bits.
def saved(*members, version=1, at="2026-02-02T02:40:00.000000000Z"):
    return ('"version":%s,"saved_at":"%s"%s}\n' % (version, at, "".join("," + m for m in members))).encode()


def saved_source(name, frequency="-1.5e-6", error="2.5e-7"):
    return '{"source":"%s","gain":%s,"gain_deviation":%s}' % (name, frequency, error)


def saved_sources(*items):
    return '"sources":[%s]' % ",".join(items)


def digested(rest):
    return b'{"digest":"%s",' % hashlib.blake2b(rest, digest_size=16).hexdigest().encode() + rest


RTC = ('"rtc":{"source":"rtc:/dev/i2c-1@0x68","chip":"ds3231","is_compensated":true,"has_thermometer":true,'
       '"at":"2026-02-02T02:30:00Z","is_phase_known":true,"mean":[0.004,1.5e-6,2e-8,-1e-8],'
       '"covariance":[1e-6,0,1e-14,0,0,1e-14,0,0,0,1e-15],"temperature_c":21.25,"bound_s":0.003}')
FREQUENCY = '"gain":1.2345001e-05,"gain_deviation":1e-08'
STATE = saved('"last_good_time":"2026-02-02T02:30:00Z"', FREQUENCY,
              saved_sources(saved_source("ntp:192.0.2.7"), saved_source("rtc:/dev/i2c-1@0x68", "2e-5", "5e-6")))
STATES = {
    "whole_file": digested(STATE),
    "torn_file": digested(STATE)[:100],
    "edited_file": digested(STATE).replace(b"1.23", b"9.93"),
    "empty_file": b"",
    "nothing_known": saved(),
    "frequency_and_sources": STATE,
    "of_a_machine": saved('"machine":"0123456789abcdef"', FREQUENCY),
    "of_another_machine": saved('"machine":"fedcba9876543210"', FREQUENCY),
    "version_2": saved(version=2),
    "version_text": saved(version='"1"'),
    "saved_in_1970": saved(at="1970-01-01T00:00:01Z"),
    "saved_in_2262": saved(at="2262-04-11T23:47:16Z"),
    "last_good_time_behind_saved_at": saved('"last_good_time":"2027-01-01T00:00:00Z"'),
    "frequency_of_500_ppm": saved('"gain":5e-4,"gain_deviation":5e-4'),
    "boot": saved('"boot":"5d2b","uptime_s":7,"has_set_clock":true,"asleep_s":0.01,"raw_s":6.9'),
    "boot_of_an_older_version": saved('"boot":"5d2b","uptime_s":7,"has_set_clock":true'),
    "boot_asleep_before_it": saved('"boot":"5d2b","uptime_s":7,"has_set_clock":true,"asleep_s":-1'),
    "rate_error": saved('"rate_error_ppm":104.373322'),
    "rate_error_0": saved('"rate_error_ppm":0'),
    "frequency_of_501_ppm": saved('"gain":5.01e-4,"gain_deviation":1e-6'),
    "frequency_1e999": saved('"gain":1e999,"gain_deviation":1e-6'),
    "frequency_without_error": saved('"gain":1e-6'),
    "error_negative": saved('"gain":1e-6,"gain_deviation":-1e-15'),
    "rtc": saved(RTC),
    "rtc_of_a_day_50": saved(RTC.replace("02-02T", "02-50T")),
    "rtc_of_infinite_drift": saved(RTC.replace("1.5e-6", "1e999")),
    "rtc_of_negative_variance": saved(RTC.replace("[1e-6,", "[-1e-6,")),
    "rtc_of_four_unknowns_and_three": saved(RTC.replace(",-1e-8]", "]")),
    "frequency_twice": saved(FREQUENCY, FREQUENCY),
    "source_twice": saved(saved_sources(saved_source("a"), saved_source("a"))),
    "source_of_control_characters": saved(saved_sources(saved_source("\\u001b[2J"))),
    "sources_65": saved(saved_sources(*(saved_source("s%d" % i) for i in range(65)))),
    "sources_of_arrays": saved('"sources":' + "[" * 100 + "]" * 100),
}

SAMPLE = {"time": '"2026-02-03T04:05:06.000000007Z"', "source": '"ntp:192.0.2.7"', "offset_s": "-0.000000123",
          "uncertainty_s": "0.001000000"}


def json_object(members):
    return "{" + ",".join(f'"{name}":{value}' for name, value in members.items()) + "}"


def sample(**changed):
    return json_object(SAMPLE | changed).encode()


FULL_SAMPLE = {"delay_s": "2e-3", "stratum": "2", "leap": "0", "refid": '"GPS"', "root_delay_s": "0",
               "root_dispersion_s": "0.000015259", "temperature_c": "-21.25", "zone": '"CET-1CEST"', "dst": "false",
               "reliable": "true"}
CSV_HEADER = b"time,source,offset_s,uncertainty_s,temperature_c,reliable,error\n"

SAMPLES = {
    "json": sample(),
    "json_of_all_fields": sample(**FULL_SAMPLE),
    "json_of_an_error": json_object({"time": SAMPLE["time"], "source": '"ntp:hub"', "error": '"no-reply"'}).encode(),
    "json_with_other_fields": sample(colour='"red"', list='[1,{"a":null}]'),
    "json_two_lines": sample() + b"\n\n" + sample(offset_s="1"),
    "json_not_a_number": sample(offset_s="NaN"),
    "json_beyond_a_double": sample(offset_s="1e400"),
    "json_beyond_the_range": sample(offset_s="1e300"),
    "json_latest_offset": sample(offset_s="9223372036.854775807"),
    "json_rounded_beyond_the_range": sample(offset_s="9223372036.8547758075"),
    "json_negative_bound": sample(uncertainty_s="-0.1"),
    "json_huge_exponent": sample(offset_s="0e99999999999999999999"),
    "json_name_twice": b'{"time":1,"time":2}',
    "json_control_character": sample(source=r'"\u001b[2J"'),
    "json_surrogate_alone": sample(source=r'"\ud800"'),
    "json_text_with_quotes": sample(zone=r'"a,\"b\"\\"'),
    "json_deep": b"[" * 3000,
    "csv": CSV_HEADER + b"2026-02-03T04:05:06Z,rtc:/dev/rtc0,0.5,1,21.25,true,\n",
    "csv_of_a_sample_and_an_error": CSV_HEADER + b"2026-02-03T04:05:06Z,a:b,1,1,,,\r\n"
                                    + b"2026-02-03T04:05:07Z,a:b,,,,,no-reply\r\n",
    "csv_quoted": CSV_HEADER + b'2026-02-03T04:05:06Z,"a,""b""",1,1,,,\n',
    "csv_open_quote": CSV_HEADER + b'2026-02-03T04:05:06Z,"a,1,1,,,\n',
    "csv_too_few_columns": CSV_HEADER + b"2026-02-03T04:05:06Z\n",
    "csv_bad_utf8": CSV_HEADER + b"2026-02-03T04:05:06Z,\xff\xc0\xaf,1,1,,,\n",
}

CONTROL_REQUESTS = {
    "status": b'{"request":"status"}',
    "status_followed": b'{"request":"status","follow":true}',
    "activity_of_five_lines": b'{"request":"activity","lines":5}',
    "activity_of_too_many_lines": b'{"request":"activity","lines":99999999999999999999}',
    "feed": b'{"request":"feed","sample":' + sample(**FULL_SAMPLE) + b"}",
    "feed_without_a_bound": b'{"request":"feed","sample":' + sample(uncertainty_s="null") + b"}",
    "feed_of_an_array": b'{"request":"feed","sample":[]}',
    "set": b'{"request":"set","time":"2026-02-03T05:05:06+01:00","uncertainty_s":0.1}',
    "set_to_no_time": b'{"request":"set","time":"now"}',
    "set_rate_error": b'{"request":"set-rate-error","rate_ppm":104.373322}',
    "set_rate_error_of_no_clock": b'{"request":"set-rate-error","rate_ppm":1e300}',
    "reload": b'{"request":"reload"}',
    "unknown": b'{"request":"stauts"}',
    "unknown_member": b'{"request":"status","folow":true}',
    "request_twice": b'{"request":"status","request":"reload"}',
    "no_object": b"[]",
    "no_json": b"status",
    "deep": b'{"request":' * 300,
    "control_characters": b'{"\\u001b[2J":1,"request":"\\u0007"}',
}

KEY_FILES = {
    "chrony": b"! keys\n1 MD5 gentle\n2 gentle\n3 SHA1 ASCII:a#b\n4 SHA256 HEX:00ff7F\n5 SHA512 HEX:" + b"5a" * 64,
    "ntpsec": b"# keys\n1 MD5 gentle # ours\n2 SHA1 000102030405060708090a0b0c0d0e0f10111213\n3 M gentle\n"
              b"4 AES-128 2b7e151628aed2a6abf7158809cf4f3c\n5 AES256 " + b"5A" * 32,
    "names_of_aes": b"".join(b"%d %s sixteen-bytes-16\n" % (number, name) for number, name in enumerate(
        (b"AES", b"aes128", b"AES-128", b"AES-CMAC", b"AES128CMAC", b"AES-128-CMAC"), start=1)),
    "greatest_number": b"4294967295 MD5 gentle\r\n",
    "number_too_great": b"4294967296 MD5 gentle\n",
    "number_0": b"0 MD5 gentle\n",
    "number_twice": b"7 MD5 gentle\n7 SHA1 gentle\n",
    "no_key": b"7 MD5\n",
    "empty_key": b"7 MD5 HEX:\n",
    "odd_hexadecimal": b"7 MD5 HEX:123\n",
    "no_hexadecimal": b"7 MD5 HEX:gentle\n",
    "unmarked_odd_hexadecimal": b"7 MD5 123456789012345678901\n",
    "unmarked_hexadecimal_too_long": b"7 SHA512 " + b"5a" * 33,
    "number_sign_in_key": b"7 MD5 a#b\n",
    "aes_key_too_short": b"7 AES256 2b7e151628aed2a6abf7158809cf4f3c\n",
    "unknown_type": b"7 SHA384 gentle\n",
    "four_words": b"7 MD5 a b\n",
    "control_characters": b"7 MD5 a\x00\x1b[2J\n",
    "empty": b"",
}

# The operations of hub_fuzz.
PREFERRED, NORMAL, FALLBACK = 0, 1, 2
MS = 10**6  # ns
S = 10**9


def scaled(value):
    shift = 0
    while not -2**31 <= value >> shift < 2**31:
        shift += 1
    return struct.pack(">iB", value >> shift, shift)


def of_scale(whole_ns):
    return scaled(int(whole_ns))


def shorter(value):
    """A duration of any size, in 16 bits and a shift."""
    shift = 0
    while not -2**15 <= int(value) >> shift < 2**15:
        shift += 1
    return struct.pack(">hB", int(value) >> shift, shift)


def some_time(seconds):
    """The shortest time of some_time() that is as long."""
    def length(byte):
        return ((byte % 16 + 1) << (byte // 16)) * (byte // 128 + 1) * 5
    return bytes([min((byte for byte in range(256) if length(byte) >= seconds * 1000), key=length, default=255)])


def share(part):
    return struct.pack(">b", round(part * 127))


def hub(island=False, within=0, threshold=0, panics=False, at_any_time=False, beside=False, error=3 * S, ppm=20):
    return (bytes([7 * island | within << 5 | panics << 7, 9 | threshold << 4 | at_any_time << 6, 0 if beside else 1]) +
            shorter(error) + struct.pack(">b", round(ppm * 1.27)))


def add_server(tier=NORMAL, stratum=2, copy=False, strangers=False, dispersion=6, delay=6, error=0.3):
    return bytes([0, tier | (stratum - 1) << 2 | copy * 0x30 | strangers << 6, 0x85, dispersion, delay]) + share(error)


def add_name(tier=NORMAL, wanted=1):
    return bytes([0, tier | (wanted - 1) << 6 | 0x80, 0x85])


def resolve(name, addresses, stratum=2, dispersion=6, delay=6, error=0.3):
    return bytes([1, name, len(addresses), (stratum - 1) << 2, dispersion, delay]) + share(error) + bytes(addresses)


def resolver_fails(name):
    return bytes([1, name, 5, 0, 6, 6]) + share(0) + bytes(5)


def ask(server, count=16, every=None, there=5000, back=5000, queue=0, seed=1):
    wait = bytes([0, 0]) if every is None else some_time(every) + bytes([1])
    return bytes([2, server, count - 1]) + wait + struct.pack(">HHHB", there, back, queue, seed)


def lie(server, by):
    return bytes([4, server]) + shorter(by)


NO_REPLY, UNSYNCHRONISED, LOOP, TOO_UNCERTAIN = range(4)


def no_reply(server, trouble=NO_REPLY, reachable=True):
    return bytes([5, server, trouble, 0 if reachable else 1])


def deny(server):
    return bytes([5, server, NO_REPLY, 0x81])


def broadcast_of(server, delay=5000, error=0.5):
    return bytes([6, server]) + struct.pack(">H", delay) + share(error)


def any_measurement(server, offset, delay, dispersion=1000, flags=0, leap=0, stratum=2, root=0x40):
    return (bytes([7, server]) + shorter(offset) + shorter(delay) + bytes([flags | leap << 4]) + shorter(dispersion) +
            shorter(0) + struct.pack(">BIIIQ", stratum, root, root, 0x0a000001, stamp(T1)))


PHONE, OTHER_PHONE, OCPP, HTTP, FED_RTC, CAMERA, FED_NTP, OTHER_FED_NTP, FED_MANUAL, UNKNOWN_KIND = range(10)
ON_ACCESS_POINT = 32


def fed(kind, uncertainty=100 * MS, error=0.5, age=0):
    return bytes([8, kind]) + shorter(uncertainty) + share(error) + bytes([round(age * 4)])


def fed_lie(kind, offset, uncertainty=MS):
    return bytes([9, kind]) + shorter(uncertainty) + shorter(offset)


def fed_anything(kind, offset, uncertainty):
    return bytes([10, 0, kind]) + struct.pack(">qq", offset, uncertainty)


def person(uncertainty=S, error=0.5):
    return bytes([11, 0]) + shorter(uncertainty) + share(error)


def wrong_person(by, uncertainty=S):
    return bytes([11, 3]) + shorter(uncertainty) + shorter(by)


def use_rtc(error=0.01, frequency=0.5):
    return bytes([12]) + share(error) + share(frequency)


CHIP_ANSWERS, CHIP_HANGS, CHIP_FAILS, CHIP_IS_MISSED = (bytes([13, answer]) for answer in range(4))


def hostile_chip(kind, chip_off, machine_off, bound):
    return bytes([14, kind]) + shorter(chip_off) + shorter(machine_off) + shorter(bound)


def idle(seconds):
    return bytes([15]) + some_time(seconds)


def set_by_others(by):
    return bytes([17]) + shorter(by)


def sleep(seconds, error=0.5):
    return bytes([18]) + some_time(seconds) + share(error)


LEAP_SECOND_INSERTED, LEAP_SECOND_LEFT_OUT = bytes([19, 0]), bytes([19, 1])


def steered_by_others(part, ms=1000):
    return bytes([20]) + share(part) + struct.pack(">H", ms)


def frequency(ppm):
    return bytes([21]) + struct.pack(">b", round(ppm * 1.27))


def restart(stops=True, same_boot=True, off=1, error=0, remembers=True):
    how = (0 if stops else 1) | (0 if same_boot else 2) | (0 if remembers else 12)
    return bytes([22, how]) + some_time(off) + (b"" if same_boot else shorter(error))


def rate_error(ppm):
    return bytes([23]) + struct.pack(">H", round(ppm * 64))


def kernel_refuses(rates=False, steps=False):
    return bytes([24, 3 * rates, 3 * steps])


def own_addresses(number, loopback=False):
    return bytes([25, number | loopback << 7])


THREE = add_server() + add_server(error=-0.3) + add_server(stratum=1, error=0.8)


def ask_all(servers=3, rounds=3, **how):
    return b"".join(ask(i, 6, seed=1 + i + 8 * turn, **how) for turn in range(rounds) for i in range(servers))


# Returns the phase of honest samples in estimator_recovery_fuzz.
def honest(ppm=20, delay=5000, queue=1000, polls=6 + 8 * 4, seed=1):
    return struct.pack(">hHHBB", round(ppm * 32767 / 500), delay, queue, polls, seed)


def any_sample(wait_ms, offset, delay, dispersion=1):
    return bytes([0]) + struct.pack(">HBhBhBB", wait_ms, 0, *offset, *delay, dispersion)


def any_bound(wait_ms, offset, bound):
    return bytes([2]) + struct.pack(">HBhBhB", wait_ms, 0, *offset, *bound)


def liar(polls, step=(0, 0), ppm=0, there=(5000, 1000), back=(5000, 1000)):
    return bytes([6, polls]) + struct.pack(">hBhHHHH", *step, round(ppm * 32767 / 4000), *there, *back)


SET_BY_OTHERS, UTC_REPEATS, LOST_QUERY = bytes([3]), bytes([4, 0]), bytes([5])
ESTIMATOR_RECOVERIES = {
    "nothing_came_before": honest(),
    "honest_all_the_time": honest() + liar(255),
    "delays_of_nothing": honest() + any_sample(2000, (0, 0), (0, 0)) * 40,
    "negative_delays": honest() + any_sample(2000, (100, 20), (-1000, 20)) * 40,
    "years": honest() + b"".join(any_sample(60_000, ((-1)**i * 30_000, 45), (1000, 10)) for i in range(40)),
    "steps_for_ever": honest() + b"".join(any_sample(64_000, (i * 300, 20), (1000, 10)) for i in range(40)),
    "ramp_of_1000_ppm": honest(ppm=-500) + liar(255, ppm=1000),
    "ramp_of_4000_ppm": honest(ppm=500) + liar(255, ppm=-4000),
    "ramp_that_turns": honest(polls=4 + 8 * 2) + b"".join(liar(60, ppm=(-1)**i * 900) for i in range(6)),
    "path_that_was_shorter": honest(delay=40_000) + liar(200, there=(20, 10), back=(20, 10)),
    "path_that_was_longer": honest(delay=100, queue=50) + liar(200, there=(60_000, 10), back=(20_000, 3000)),
    "queue_on_one_way": honest() + liar(100) + liar(100, there=(65_000, 4000)),
    "quiet_path_then_queues": honest(queue=4999) + liar(200, there=(5000, 0), back=(5000, 0)),
    "clock_set_and_path_changed": honest(delay=60_000) + liar(200, there=(100, 50), back=(100, 50)) + SET_BY_OTHERS,
    "leap_seconds": honest() + (liar(20) + UTC_REPEATS) * 4,
    "bounds_without_delay": honest() + any_bound(60_000, (500, 20), (1000, 20)) * 20,
    "dispersion_of_centuries": honest() + any_bound(60_000, (0, 0), (30_000, 48)) * 4 + liar(8),
    "losses": honest() + (liar(8) + LOST_QUERY * 12) * 4,
}

HUBS = {
    "one_server": hub() + add_server() + ask(0) * 4,
    "three_servers_one_lies": hub() + THREE + ask_all(2, 1) + lie(2, 5 * S) + ask_all(queue=200),
    "liar_within_the_others": hub() + THREE + ask_all(2, 1) + lie(2, MS) + ask_all(),
    "two_servers_disagree": hub() + add_server() * 2 + ask(0, 4) + lie(1, 5 * S) + ask(1, 4) + ask(0, 4),
    "majority_of_liars": hub() + THREE + ask_all(1, 1) + lie(1, 50 * S) + lie(2, 50 * S) + ask_all(),
    "tiers_and_copies": hub() + add_server(PREFERRED) + add_server(copy=True) + add_server(FALLBACK, strangers=True)
                        + ask_all() + no_reply(0, reachable=False) * 2 + ask_all(),
    "queues_on_one_way": hub() + add_server() + ask(0) * 2 + ask(0, there=50_000, queue=20_000) * 2,
    "broadcasts": hub() + add_server() + ask(0) + (broadcast_of(0) + idle(64)) * 4,
    "fed_by_a_phone": hub() + (fed(PHONE) + idle(600) + fed(OTHER_PHONE, 2 * S, -0.9, 20)) * 3,
    "phone_on_the_access_point": hub() + fed(PHONE) + fed(PHONE | ON_ACCESS_POINT, 20 * MS) + idle(3600) + fed(OCPP, S),
    "all_kinds_are_fed": hub(within=3) + rate_error(30) + b"".join(
        fed(kind, S, age=2) + idle(2000) for kind in (CAMERA, FED_RTC, HTTP, OCPP, PHONE, FED_MANUAL, FED_NTP)),
    "camera_and_nobody_else": hub() + fed(CAMERA, S) + idle(3600) + fed(CAMERA, S, -0.5),
    "islands_clock_is_fed": hub() + fed(FED_NTP | 16, MS) + idle(600) + fed(FED_NTP, MS),
    "fed_lies": hub() + fed(PHONE) + fed_lie(PHONE, 10**5 * S) + fed_lie(OTHER_PHONE, 3 * S) + fed_lie(FED_NTP, -S),
    "fed_absurdities": hub() + b"".join(fed_anything(kind, offset, bound) for kind in range(10)
                                        for offset, bound in ((FIRST_NS, LAST_NS), (LAST_NS, 0), (0, FIRST_NS))),
    "person": hub() + person() + idle(600) + person(10 * S, -0.9) + fed(PHONE) + add_server() + ask(0),
    "person_is_wrong": hub() + add_server() + ask(0) + wrong_person(-10**7 * S) + ask(0, 6) + person(S),
    "rtc_at_boot": hub(error=-10**8 * S) + use_rtc() + idle(300) + fed(PHONE, 50 * MS) + idle(7200)
                   + restart(same_boot=False, off=3600, error=-10**8 * S) + use_rtc() + idle(600),
    "rtc_fails": hub() + use_rtc() + CHIP_FAILS + idle(600) + CHIP_HANGS + idle(600) + CHIP_ANSWERS + add_server()
                 + ask(0) * 2 + CHIP_IS_MISSED + idle(3600),
    "rtc_lies": hub() + use_rtc(0.9) + CHIP_HANGS + idle(1) + hostile_chip(0, 10**6 * S, 0, MS) + idle(60)
                + hostile_chip(0, -10**6 * S, S, 0) + idle(60),
    "set_by_others": hub() + THREE + ask_all() + set_by_others(2 * S) + ask_all() + set_by_others(10**6 * S) + ask_all(),
    "set_by_a_little": hub() + THREE + ask_all() + set_by_others(500_000) + ask_all(rounds=6),
    "sleep": hub() + add_server() + ask(0) * 2 + sleep(3600) + ask(0) + sleep(30_000, -0.9) + ask(0),
    "sleep_beside_the_clock": hub(beside=True) + add_server() + ask(0) * 2 + sleep(30_000) + ask(0),
    "restart": hub() + add_server() + ask(0) * 3 + restart() + idle(60) + add_server() + ask(0) + restart(False),
    "restart_of_the_machine": hub() + add_server() + ask(0) * 3 + idle(7200) + restart(same_boot=False, error=S)
                              + add_server() + ask(0),
    "leap_second_is_inserted": hub() + LEAP_SECOND_INSERTED + THREE + ask_all() + b"".join(
        ask(i % 3, 2, every=1024) for i in range(9)) + ask_all(),
    "leap_second_beside_the_clock": hub(beside=True) + LEAP_SECOND_LEFT_OUT + THREE + ask_all() + b"".join(
        ask(i % 3, 2, every=1024) for i in range(9)) + ask_all(),
    "steered_by_others": hub() + add_server() + ask(0) + (steered_by_others(0.5) + ask(0, 4)) * 4 + fed(PHONE),
    "oscillator_jumps": hub() + THREE + ask_all(rounds=4) + frequency(-60) + ask_all(rounds=6),
    "outage": hub() + add_server() + ask(0) * 3 + no_reply(0) * 8 + no_reply(0, reachable=False) + idle(40_000) + ask(0),
    "troubles": hub() + THREE + ask_all() + no_reply(0, UNSYNCHRONISED) + no_reply(1, LOOP) + no_reply(2, TOO_UNCERTAIN)
                + ask_all(rounds=1) + own_addresses(1) + ask_all(rounds=1)
                + ask_all(rounds=1),
    "name": hub() + add_name() + resolver_fails(0) + idle(10) + resolve(0, [1, 2]) + ask(0) + no_reply(0, reachable=False) * 9
            + resolve(0, [1, 2]) + ask(0) + deny(0) + resolve(0, [1, 2, 7, 3]) + ask(0),
    "pool": hub() + add_name(wanted=2) + add_name() + resolve(0, [1, 2, 3]) + resolve(1, [1, 2, 7]) + ask_all(),
    "kernel_refuses": hub() + add_server() + kernel_refuses(steps=True) + ask(0) + kernel_refuses(rates=True) + ask(0)
                      + fed(PHONE) + kernel_refuses() + ask(0),
    "island": hub(island=True) + idle(600) + fed(PHONE, S) + add_server() + ask(0) + no_reply(0, reachable=False),
    "step_at_any_time": hub(threshold=3, at_any_time=True) + add_server() + ask(0, queue=1000) * 2,
    "panic": hub(panics=True) + add_server() + ask(0) + lie(0, 5 * S) + ask(0) * 2,
    "absurd_measurements": hub() + add_server() + ask(0, 4) + b"".join(
        any_measurement(0, offset, delay, bound, flags, leap) for offset in (FIRST_NS >> 1, LAST_NS >> 1)
        for delay, bound in ((0, 0), (LAST_NS >> 1, LAST_NS >> 1), (FIRST_NS >> 1, FIRST_NS >> 1))
        for flags, leap in ((0, 0), (1, 1), (2, 2), (8, 3))),
    "33_servers": hub() + add_server() * 33 + b"".join(ask(i, 3, 1, seed=i) for i in range(32)),
}

# A candidate in select_fuzz: flags of its tier and past, its faults, and its numbers.
SELECTED_BEFORE, PEER_BEFORE, LARGE = 0x10, 0x20, 0x40


def candidate(offset=0, bound=1000, deviation=10, flags=NORMAL, faults=0, stratum=2):
    return bytes([flags, faults, stratum]) + struct.pack(">qqq" if flags & LARGE else ">hhh", offset, bound, deviation)


def selection(*candidates, max_bound=16 * S):
    return struct.pack(">Q", max_bound << 1) + b"".join(candidates)


SELECTIONS = {
    "nobody": selection(),
    "one": selection(candidate()),
    "faults": selection(*(candidate(faults=fault) for fault in (1, 2, 4, 8)), candidate(bound=-1)),
    "liar": selection(candidate(), candidate(5), candidate(20_000)),
    "casting_vote": selection(candidate(flags=NORMAL | SELECTED_BEFORE), candidate(20_000)),
    "no_casting_vote": selection(candidate(9000, flags=NORMAL | SELECTED_BEFORE), candidate(20_000)),
    "tiers": selection(*(candidate(flags=tier) for tier in (PREFERRED, NORMAL, FALLBACK))),
    "peer_stays": selection(candidate(stratum=1), candidate(flags=NORMAL | PEER_BEFORE, stratum=1)),
    "wide_bound_outside": selection(candidate(0, 100), candidate(10, 100), candidate(2000, 3000)),
    "cluster": selection(*(candidate(offset, 9000, 5) for offset in (0, 10, 20, 900, 1900))),
    "cluster_of_noisy": selection(*(candidate(offset, 9000, 2000) for offset in (0, 10, 20, 900, 1900))),
    "equal": selection(*[candidate()] * 5),
    "34": selection(*(candidate(i) for i in range(34))),
    "largest": selection(*(candidate(offset, LAST_NS, LAST_NS, NORMAL | LARGE) for offset in (FIRST_NS, LAST_NS) * 3),
                         max_bound=LAST_NS >> 1),
    "weeks_apart": selection(*(candidate(i << 48, LAST_NS >> 2, 1, NORMAL | LARGE) for i in range(5)),
                             max_bound=LAST_NS >> 1),
}

# The operations of device_follower_fuzz, which follow the counter's rate and the kind of server that counts.
def follower(*plays, ppm=40, is_local_clock_reliable=0):
    return struct.pack(">HB", ppm + 200, is_local_clock_reliable) + b"".join(plays)


def follower_exchange(there=0, home=0):
    return struct.pack(">BII", 0, there << 6, home << 6)


def follower_lie(*changes):
    return struct.pack(">BIIB", 2, 0, 0, len(changes)) + bytes(value for change in changes for value in change)


def follower_broadcast(after_ms=4000, queue=0, is_lost=False):
    return struct.pack(">BHIB", 3, after_ms, queue << 6, 0 if is_lost else 1)


def follower_wait(milliseconds):
    return struct.pack(">BI", 7, milliseconds << 4)


def follower_report(kind, bound, how):
    return struct.pack(">BBIB", 6, kind, bound, how)


def follower_press(status=200):
    return struct.pack(">BBHI", 9, 1, status, 0)


RELIABLE, VOUCHED = 4, 8
FOLLOWER_CHANGES_SERVER = bytes([8])
QUEUES = (0, 2 * MS, MS // 2, 30 * MS, MS // 5)
FOLLOWERS = {
    "follows": follower(*(follower_exchange(there, home) for there in QUEUES for home in QUEUES)),
    "hears_broadcasts": follower(*([follower_exchange()] * 12 + [follower_broadcast(queue=q) for q in QUEUES * 12])),
    "alone_for_days": follower(*[follower_exchange()] * 20, *[follower_wait(100_000_000)] * 5, follower_exchange()),
    "asked_twice_in_hours": follower(follower_exchange(), follower_wait(21_000_000), follower_exchange(),
                                     follower_wait(21_000_000), ppm=-80),
    "rtc_then_server": follower(follower_report(6, 500 * MS, RELIABLE | VOUCHED), follower_exchange(),
                                follower_wait(5_000), follower_exchange()),
    "pressed_before_the_time": follower(follower_press(), follower_wait(60_000), follower_exchange(), follower_press(),
                                        follower_press(503), follower_wait(2_000), follower_press()),
    "server_lies": follower(*[follower_exchange()] * 9, follower_lie((32, 0xee), (40, 0xee)), follower_exchange(),
                            *[follower_lie((33, 1), (41, 1))] * 4, follower_exchange()),
    "another_server": follower(*[follower_exchange()] * 20, FOLLOWER_CHANGES_SERVER, follower_exchange()),
}

# The operations of device_fuzz, which follow the crystal's wander.
KNOWN_CRYSTAL = bytes([10])


def device_exchanges(count, every=2000, offset=0, skew=0, path=MS, queue=MS // 10, seed=1):
    return (bytes([0, count - 1]) + struct.pack(">H", every // 2) + of_scale(offset) +
            struct.pack(">hIIH", skew, path << 1, queue << 1, seed))


def device_sample(offset, delay):
    return bytes([1]) + of_scale(offset) + of_scale(delay)


def late_sample(by, offset, delay):
    return bytes([2]) + struct.pack(">I", by) + of_scale(offset) + of_scale(delay)


def count_ticks(by, late):
    return bytes([3]) + struct.pack(">II", by, late << 1)


def set_clock(to):
    return bytes([4]) + struct.pack(">q", to)


def follow_estimate(wait):
    return bytes([5]) + struct.pack(">H", wait)


def set_rate(ppm):
    return bytes([6]) + struct.pack(">q", int(ppm * 65536))


def slew(by, ppm):
    return bytes([7]) + of_scale(by) + struct.pack(">q", int(ppm * 65536))


DEVICES = {
    "synchronises": device_exchanges(30, offset=ns(T1), skew=20_000) + follow_estimate(64) + device_exchanges(
        30, 64_000, offset=ns(T1), skew=20_000) + follow_estimate(64) * 3,
    "steps": device_exchanges(30) + device_exchanges(2, offset=S) + device_exchanges(6, offset=5 * S),
    "wi_fi_for_hours": device_exchanges(256, 64_000, queue=3 * MS) + device_exchanges(
        256, 64_000, queue=9 * MS, seed=7),
    "route_becomes_longer": device_exchanges(64, 64_000, queue=1000) + device_exchanges(64, 64_000, path=60 * MS, queue=1000),
    "absurd": device_sample(FIRST_NS, LAST_NS) + device_sample(LAST_NS, FIRST_NS) * 3 + device_sample(0, 0) * 4,
    "late_stamps": device_exchanges(9) + late_sample(10**9, 0, MS) + late_sample(1, 0, 0),
    "counter_wraps": count_ticks(0x8000_0000, 5) * 5 + count_ticks(0xFFFF_FFFF, 0x7FFF_FFFF) + count_ticks(0, 0),
    "clock_that_is_set_and_slewed": set_clock(ns(T1)) + slew(S, 500) + set_rate(20) + slew(-S, 50_000) + set_clock(0),
    "clock_at_its_ends": set_rate(10**6) + set_clock(LAST_NS) + slew(LAST_NS, 10**12) + set_clock(
        FIRST_NS) + slew(FIRST_NS, -1) + set_rate(-(10**6)) + slew(-(10**13), 0),
}

# What a device hears before its server is honest.
HONEST = struct.pack(">HHHH", 550, 500, 300, 7)


def device_sample(after, offset, delay):
    return struct.pack(">HBhBhBB", after, 0, offset[0], offset[1], delay[0], delay[1], 1)


RECOVERIES = {
    "nothing_came_before": HONEST,
    "delays_of_zero": HONEST + device_sample(2000, (0, 0), (0, 0)) * 40,
    "steps_for_ever": HONEST + b"".join(device_sample(64_000, (i * 300, 20), (1000, 10)) for i in range(40)),
    "congestion": HONEST + b"".join(device_sample(64_000, (100 * i, 16), (200 * i, 16)) for i in range(40)),
}

# The operations of limits_fuzz.
def requests(*randoms):
    return bytes([1, len(randoms)]) + b"".join(struct.pack(">I", random) for random in randoms)


def limits_wait(ns_waited):
    return bytes([0]) + struct.pack(">IB", ns_waited, 0)


def save_stamp(receive, transmit, client_byte, correct=False):
    return bytes([3]) + struct.pack(">HHBB", receive, transmit, client_byte, 0 if correct else 1)


def find_stamp(receive, client_byte, other=(1, 2)):
    return bytes([4]) + struct.pack(">HBHH", receive, client_byte, *other)


def send_path(pause, taken, more, signing=0):
    return bytes([5, signing]) + struct.pack(">IqI", pause, taken, more)


def use_key(address, *bindings):
    return bytes([6]) + b"".join(bytes([key - 1]) + where + bytes([length]) for key, where, length in bindings) + address


HOST, NETWORK_OF_64, LINK_LOCAL = ipv4(0xC0000209, 0)[:16], struct.pack(">QQ", 0x20010DB8 << 32, 7), struct.pack(
    ">QQ", 0xFE80 << 48, 7)
LIMITS = {
    "burst_and_beyond": requests(*range(200)) + limits_wait(10**9) + requests(*range(40)) + bytes([2, 0, 0, 0, 1]),
    "one_a_second": (requests(1) + limits_wait(10**9)) * 20,
    "interleaved_stamps": save_stamp(7, 8, 1) + find_stamp(7, 1) + find_stamp(7, 2) + save_stamp(
        7, 9, 1, correct=True) + find_stamp(7, 1) + find_stamp(0, 1) + save_stamp(9, 9, 1, correct=True),
    "send_path": b"".join(send_path(pause, taken, 700) for pause in (1, 10**5, 10**7) for taken in (
        -1, 0, 500, 10**9)) + send_path(1, 1, 0) * 40 + send_path(1, 99_999, 99_999, 6) * 40,
    "keys": use_key(HOST, (1, HOST, 128), (2, NETWORK_OF_64, 32), (1, LINK_LOCAL, 10)) + use_key(
        NETWORK_OF_64, (1, HOST, 128), (2, NETWORK_OF_64, 32), (3, HOST, 120)) + use_key(
        LINK_LOCAL, (1, HOST, 128), (1, HOST, 0), (1, HOST, 96)),
}


# The operations of broadcast_fuzz.
BROADCAST_CONFIG = bytes([0xEC])  # precision -20
FORGET = bytes([4])


def broadcast_wait(ns_waited):
    return bytes([0]) + struct.pack(">I", ns_waited >> 10)


def broadcast_answer(offset=0, delay=2 * MS, dispersion=1000, leap=0):
    return bytes([1]) + struct.pack(">iBIIBb", offset, 0, delay, dispersion, leap, -20)


def heard(from_server=True, moved=0):
    return (b"\1" if from_server else b"\0" + ipv4(0xC0000208, 123)) + struct.pack(">iI", moved, 15 << 24)


def broadcast(offset=-MS, *faults, leap=0, **how):
    spoilt = b"".join(bytes(fault) for fault in faults)
    return (bytes([2]) + struct.pack(">iBBbB", offset, 0, leap, -20, len(faults)) + spoilt + heard(**how))


def broadcast_bytes(datagram, **how):
    return bytes([3, len(datagram)]) + datagram + heard(**how)


CALIBRATED = broadcast_answer() + broadcast_wait(S)
BROADCASTS = {
    "taken": CALIBRATED + broadcast() + broadcast_wait(64 * S) + broadcast() + broadcast_wait(64 * S) + broadcast(),
    "before_an_answer": broadcast() + CALIBRATED + broadcast(),
    "of_another_host": CALIBRATED + broadcast(from_server=False),
    "held_back": CALIBRATED + broadcast(-10 * MS) + broadcast(),
    "sent_before_the_answer": CALIBRATED + broadcast(-2 * S),
    "after_the_clock_was_set": CALIBRATED + FORGET + broadcast(),
    "after_two_hours": CALIBRATED + broadcast_wait(2**42 - 1) * 2 + broadcast(),
    "no_broadcast": CALIBRATED + broadcast(-MS, (0, 1)),
    "of_version_2": CALIBRATED + broadcast(-MS, (0, 0x30)),
    "of_version_0": CALIBRATED + broadcast(-MS, (0, 0x20)),
    "unsynchronised": CALIBRATED + broadcast(-MS, (0, 0xC0)),
    "of_stratum_16": CALIBRATED + broadcast(-MS, (1, 18)),
    "of_root_delay_beyond_all": CALIBRATED + broadcast(-MS, (4, 0xFF)),
    "leap_second_announced": CALIBRATED + broadcast(leap=1) + broadcast_wait(S) + broadcast(leap=2),
    "truncated": CALIBRATED + broadcast_bytes(server(mode=5)[:47]),
    "signed": CALIBRATED + broadcast_bytes(server(mode=5) + mac(7, 16)),
    "of_no_stamp": CALIBRATED + broadcast_bytes(server(mode=5, transmit=0)),
    "of_a_bad_mac": CALIBRATED + broadcast_bytes(server(mode=5) + bytes(9)),
    "of_a_bad_extension": CALIBRATED + broadcast_bytes(server(mode=5) + bytes(32)),
    "steered_since": CALIBRATED + broadcast(4 * MS, moved=5 * MS),
}


STRANGER = struct.pack(">QQ", 0, 0xFFFF0A000001)
ADDRESSES = {
    "ipv4": b"192.0.2.7",
    "ipv4_mapped": b"::ffff:192.0.2.7",
    "ipv6": b"2001:db8::7",
    "link_local": b"fe80::1%lo",
    "link_local_of_no_interface": b"fe80::1%nowhere",
    "loopback": b"::1",
    "any": b"0.0.0.0",
    "prefix_of_ipv4": b"10.0.0.0/8",
    "prefix_of_all": b"0.0.0.0/0",
    "prefix_of_ipv6": b"fe80::/10",
    "prefix_of_64_bits": b"2001:db8:0:1::/64",
    "prefix_of_one": b"2001:db8::7/128",
    "prefix_too_long": b"10.0.0.0/33",
    "prefix_of_no_length": b"10.0.0.0/",
    "prefix_of_negative_length": b"10.0.0.0/-1",
    "octal": b"010.0.0.1",
    "short": b"10.1",
    "zero_byte": b"10.0.0.1\0/8",
    "empty": b"",
}

CONFIGURATIONS = {
    "empty": b"",
    "hub": b'# hub\nserver = ["192.0.2.7,key=7", "ntp.example.org"]\nkeys = "/etc/isletime/keys"\nminpoll = 4\n'
           b'maxpoll = 8\nallow = [\n  "10.0.0.0/8",\n  "fe80::/10",\n]\nport = 11123\nno-clock = true\n',
    "island": b'local-stratum = 5\nworkers = 0\nuser = "nobody"\nno-control = true\nstep = "0.5"\npanic = "1e3"\n',
    "unknown_key": b"prot = 123\n",
    "port_too_great": b"port = 65536\n",
    "port_of_text": b'port = "ntp"\n',
    "no_prefix": b'allow = "10.0.0.0/33"\n',
    "key_without_keys": b'server = "192.0.2.7,key=7"\n',
    "polls_out_of_order": b"minpoll = 8\nmaxpoll = 4\n",
    "contradiction": b'no-control = true\ncontrol = "/tmp/c"\n',
    "array_without_end": b'bind = [\n"::1",\n',
    "quote_without_end": b'bind = "::1\n',
    "section": b"[server]\nhost = 1\n",
    "configuration_of_itself": b'config = "/proc/self/fd/3"\n',
    "help": b"help = true\n",
    "version": b"version = true\n",
    "twice": b"port = 1\nport = 2\n",
    "control_characters": b'user = "\x1b[2J"\n',
    "escapes": b'user = "\\u001b[2J"\n',
    "other_line_ends": b"port = 123\r\nworkers = 1",
}

SATURDAY = {  # 2026-11-21T16:05:09 in the register order of each chip, from register 0 on
    "ds3231": "09051606211126" + "00" * 7 + "1c08001900",
    "ds3231_oscillator_stopped": "09051606211126" + "00" * 7 + "1c88001900",
    "ds3231_by_twelve_hours": "09056406211126" + "00" * 7 + "1c08001900",
    "ds3231_stops_on_battery": "09051606211126" + "00" * 7 + "9c08001900",
    "ds1307_halted": "8900000101010003",
    "ds1338_oscillator_stopped": "09051606211126b3",
    "pcf85063a": "0000000009051621061126",
    "pcf8523_without_battery": "0000e089051621061126" + "00" * 4 + "3f",
    "pcf8523_stopped": "20000009051621061126",
    "pcf8563_undefined_bits": "0000" + "0985d6e1fe7126",
    "rv3028": "09051606211126" + "00" * 47 + "7f9c",
    "day_50_of_month_1f": "09051606501f26",
    "not_bcd": "7a5f3fff3f1fff",
    "leap_day_of_00": "09051606290200",
    "void_year": "090516062111ff",
    "bus_that_fails": "09051606211126" + "00" * 57 + "00e0e1e2e3e4e5e61718",
}
RTCS = {name: bytes([26]) + bytes.fromhex(registers) for name, registers in SATURDAY.items()} | {
    "leap_day_of_2100": bytes([100]) + bytes.fromhex("09051606290200"),
    "empty": b"",
}



def record(row, count=40, header="time,offset_s,uncertainty_s"):
    return (header + "\n" + "".join(row(i) + "\n" for i in range(count))).encode()


RECORDS = {
    "steady": record(lambda i: f"{T1 + 60 * i},{i * 6e-4 + i % 7 * 1e-4:.9f},0.001"),
    "whole_seconds": record(lambda i: f"{T1 + 3600 * i},{i // 6},0.5"),
    "whole_seconds_to_and_fro": record(lambda i: f"{T1 + 3600 * i},{(i + i % 2) // 6},0.5"),
    "step_and_outlier": record(lambda i: f"{T1 + 60 * i},{(i > 25) * 2 + (i == 9) * 0.7 + i % 5 * 1e-4:.9f},0.001"),
    "far_apart": record(lambda i: f"{i * 10**8 - 10**9},{i * 7 % 11 * 10**8},"),
    "one_instant": record(lambda i: f"{T1},{i % 3},0"),
    "spreadsheet": b"\xef\xbb\xbf\"time\";\"offset_ms\"\r\n\"2026-02-02T02:40:00Z\";\"1.5\"\r\n",
    "two_sources": record(lambda i: f"{T1 + i},{'ab'[i % 2]},{i % 3},{'suspended' if i == 30 else ''}", 80,
                          "time,source,offset_s,error"),
    "temperature": record(lambda i: f"{T1 + 600 * i},{i * i * 1e-5:.9f},{20 + i / 10}", 40,
                          "time,offset_s,temperature_c"),
    "json": record(lambda i: f'{{"time":"2026-02-02T02:{i:02}:00Z","source":"a","offset_s":{i % 4 * 1e-3:.3f}}}',
                   40, "").lstrip(),
    "not_a_number": b"time,offset_s\n1,nan\n",
    "torn": b"time,offset_s\n1,0.001\n2,0.00",
    "header_only": b"time,offset_s\n",
    "empty": b"",
}


def web_access(host="192.168.4.1", origin="http://192.168.4.1", cookie="", form="pin=2718&next=%2Fpresses"):
    return "\n".join((host, origin, cookie, form)).encode("latin-1")


WEB_ACCESSES = {
    "own_page": web_access(),
    "own_page_with_port": web_access("192.168.4.1:80", "http://192.168.4.1:80"),
    "ipv6": web_access("[fd00::1]:8080", "http://[fd00::1]:8080"),
    "ipv6_with_zone": web_access("[fe80::1%25eth0]", "http://[fe80::1]"),
    "ipv4_mapped": web_access("[::ffff:192.168.4.1]", "http://[::ffff:192.168.4.1]"),
    "final_dot": web_access("hub.local.", "http://hub.local"),
    "two_final_dots": web_access("hub.local..", "http://hub.local."),
    "localhost": web_access("localhost", "http://localhost"),
    "rebound_name": web_access("evil.test", "http://evil.test"),
    "probe_of_a_phone": web_access("captive.apple.com", ""),
    "cross_site": web_access(origin="http://evil.test"),
    "origin_null": web_access(origin="null"),
    "origin_with_user": web_access(origin="http://192.168.4.1@evil.test"),
    "decimal_address": web_access("3232236545", "http://3232236545"),
    "no_host": web_access(""),
    "two_hosts": web_access("192.168.4.1, evil.test"),
    "port_too_great": web_access("192.168.4.1:65536"),
    "session": web_access(cookie="theme=dark; isletime=" + "0f" * 16),
    "session_twice": web_access(cookie="isletime=" + "0f" * 16 + "; isletime=" + "1f" * 16),
    "session_too_short": web_access(cookie="isletime=0f"),
    "escapes": web_access(form="pin=gr%C3%BCn+%26&next=%2Fa%3Fb%3D%22"),
    "escape_cut_off": web_access(form="pin=%2"),
    "zero_byte": web_access(form="pin=27%0018"),
    "field_twice": web_access(form="pin=1&pin=2"),
    "too_many_fields": web_access(form="&".join(f"{i}=" for i in range(20))),
    "next_of_another_host": web_access(form="next=%2F%2Fevil.test"),
    "next_with_backslash": web_access(form="next=%2F%5Cevil.test"),
    "next_with_line_end": web_access(form="next=%2F%0D%0ASet-Cookie"),
    "not_utf8": web_access(form="pin=%FF"),
    "empty": b"",
}


def web_request(target="/time", method="GET", fields=("Host: 192.168.4.1",)):
    return "\n".join((method, target, *fields)).encode("latin-1")


WEB_REQUESTS = {
    "time": web_request(),
    "older_press": web_request("/btn?msec=1770000000123&sender=button%203&prevdur=&ip=192.168.4.7"),
    "flag_without_value": web_request("/?getTimeNDate"),
    "plus_in_path_and_query": web_request("/a+b?c=d+e"),
    "escapes": web_request("/%C3%A9%2F%25?%26=%3D"),
    "escape_cut_off": web_request("/%4"),
    "zero_byte": web_request("/time%00.js"),
    "line_end": web_request("/%0D%0ASet-Cookie:%20a"),
    "overlong_utf8": web_request("/%C0%AE%C0%AE/etc/passwd"),
    "dots": web_request("/../../etc/passwd"),
    "absolute": web_request("http://hub.local:8080/time?a=b"),
    "absolute_without_path": web_request("HTTPS://hub.local"),
    "absolute_without_host": web_request("http:///time"),
    "asterisk": web_request("*", "OPTIONS"),
    "too_many_parameters": web_request("/?" + "a=b&" * 40),
    "press": web_request("/api/press", "POST", ("Host: hub", "Content-Type: application/json", "Content-Length: 120")),
    "too_long": web_request("/api/press", "POST", ("Content-Length: 99999999999999999999",)),
    "two_hosts": web_request(fields=("Host: a", "HOST: b")),
    "tab_in_field": web_request(fields=("User-Agent: a\tb",)),
    "control_in_field": web_request(fields=("X: \x1b[2J",)),
    "field_without_name": web_request(fields=(": a",)),
    "too_many_fields": web_request(fields=("X: y",) * 70),
    "last_event_id": web_request("/api/events?after=3", fields=("Last-Event-ID: 41",)),
    "empty": b"",
}


def device_response(*lines, body="", piece=6):
    return bytes([0, piece]) + "\r\n".join((*lines, "", body)).encode("latin-1")


def device_request(*lines, body="", piece=6):
    return bytes([1, piece]) + "\r\n".join((*lines, "Host: 192.168.4.7", "", body)).encode("latin-1")


DEVICE_HTTP = {
    "accepted": device_response("HTTP/1.1 200 OK", "Content-Length: 2", body="{}"),
    "chunked": device_response(
        "HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body="4;a=b\r\nWiki\r\nA\r\npedia in\r\n\r\n0\r\nX: 1\r\n\r\n"
    ),
    "until_the_end": device_response("HTTP/1.0 503 Service Unavailable", body="disk full"),
    "interim": device_response("HTTP/1.1 100 Continue", "", "HTTP/1.1 204 No Content", "Connection: close"),
    "two_lengths": device_response("HTTP/1.1 200 OK", "Content-Length: 2", "Content-Length: 3", body="{}"),
    "get": device_request("GET /?getTimeNDate HTTP/1.1"),
    "two_requests": device_request("GET /a HTTP/1.1") + device_request("HEAD /b HTTP/1.0", "Connection: keep-alive")[2:],
    "post": device_request(
        "POST /set HTTP/1.1", "Content-Type: application/json; a=b", "Expect: 100-continue", "Content-Length: 2", body="{}"
    ),
    "chunked_request": device_request("POST /set HTTP/1.1", "Transfer-Encoding: chunked"),
    "long_field": device_request("GET / HTTP/1.1", "User-Agent: " + "x" * 300),
    "long_target": device_request("GET /" + "x" * 300 + " HTTP/1.1"),
}


PRESS = {"sender": '"button-3f2a"', "boot": '"8f3c"', "number": "17", "time": '"2026-02-03T05:05:06.789+01:00"',
         "uncertainty_s": "0.0012", "reliable": "true"}


def press(**changed):
    return b"\0" + json_object({name: value for name, value in (PRESS | changed).items() if value}).encode()


def older_press(milliseconds, sender="button-3f2a"):
    return bytes([1, len(milliseconds)]) + milliseconds.encode() + sender.encode()


def pressed(sender, at, bound=None, reliable=True):
    """A press some microseconds after 1970; the bound counts units of 1.024 us."""
    kind = sender | (0 if reliable else 16)
    time = struct.pack(">hB", at // 1024, 20)
    if bound is None:
        return bytes([kind]) + time
    return bytes([kind | 8]) + time + struct.pack(">H", bound)


def run(*presses, start=None):
    return b"\2" + (b"\0" if start is None else struct.pack(">BqI", 1, start, 10**6)) + b"".join(presses)


PRESSES = {
    "press": press(),
    "without_boot_and_bound": press(boot=None, uncertainty_s=None, reliable="false"),
    "null_bound": press(uncertainty_s="null"),
    "sender_of_quotes_and_commas": press(sender=r'"a,\"b\"\\"'),
    "sender_with_control_character": press(sender=r'"\u001b[2J"'),
    "sender_too_long": press(sender='"' + "x" * 65 + '"'),
    "number_beyond_a_double": press(number="9007199254740993"),
    "negative_number": press(number="-1"),
    "bound_1e308": press(uncertainty_s="1e308"),
    "negative_bound": press(uncertainty_s="-0.001"),
    "time_beyond_2262": press(time='"9999-01-01T00:00:00Z"'),
    "unknown_member": press(colour='"red"'),
    "twice": b'\0{"sender":"a","sender":"b"}',
    "deep": b"\0" + b"[" * 3000,
    "older": older_press("1770091506789"),
    "older_in_seconds": older_press("1770091506"),
    "older_in_microseconds": older_press("1770091506789000"),
    "older_negative": older_press("-1770091506789"),
    "older_without_sender": older_press("1770091506789", ""),
    "run_of_a_race": run(pressed(0, 0, 100), pressed(1, 9_000_000, 100), pressed(2, 4_000_000, 100)),
    "run_too_close": run(pressed(0, 0, 5000), pressed(1, 4000, 5000), pressed(2, 8000, 5000)),
    "run_of_one_button_in_the_lockout": run(*(pressed(0, at, 10) for at in (0, 1_000_000, 2_100_000, 2_200_000))),
    "run_with_an_unreliable_press": run(pressed(0, 0, 10), pressed(3, 3_000_000, 10, False), pressed(2, 6_000_000, 10)),
    "run_without_bounds": run(pressed(0, 0), pressed(1, 3_000_000)),
    "run_after_a_reset": run(pressed(0, 0, 10), pressed(1, 9_000_000, 10), start=5 * 10**9),
    "run_across_centuries": run(*(b"\xec" + struct.pack(">qH", at, 9) for at in (FIRST_NS, LAST_NS))),
    "empty": b"",
}

EXCHANGES = "x{}\nx{\"session\":\"$S\"}\n"


def sync(stamps, by="page", more=',"resolution_ms":1'):
    return f'c{{"session":"$S","stamps":[{stamps}],"by":"{by}"{more}}}\n'


def stamped(number, t1, t4):
    return f'{{"number":{number},"t1":{t1},"t4":{t4}}}'


BOTH = stamped(1, "$L", "$L.25") + "," + stamped(2, "$L", "$L.5")
TOKYO = ',"zone":"Asia/Tokyo","utc_offset_s":32400,"dst":false'
PHONE_SYNCS = {name: text.encode() for name, text in {
    "look": EXCHANGES + sync(BOTH, "look"),
    "page": EXCHANGES + sync(BOTH),
    "page_three_times": (EXCHANGES + sync(BOTH)) * 3,
    "hand": EXCHANGES + sync(BOTH, "hand"),
    "own_time": EXCHANGES + sync(stamped(1, "$N", "$N"), "hand"),
    "a_year_and_confirmed": EXCHANGES + sync(stamped(2, "$Y", "$Y"), "hand")
                            + sync(stamped(2, "$Y", "$Y"), "hand", ',"confirm":"$T"'),
    "confirmed_unasked": EXCHANGES + sync(stamped(2, "$Y", "$Y"), "hand", ',"confirm":"none"'),
    "clock_was_set": EXCHANGES + sync(stamped(1, "$N", "$N") + "," + stamped(2, "$L", "$L")),
    "clock_ran_backwards": EXCHANGES + sync(stamped(1, "$L", "$N")),
    "page_was_hidden": EXCHANGES + sync(stamped(1, "$N", "$Y")),
    "not_a_number": EXCHANGES + sync(stamped(1, "NaN", "$L")),
    "1e308": EXCHANGES + sync(stamped(1, "1e308", "1e308")),
    "negative": EXCHANGES + sync(stamped(1, "-1", "$L")),
    "of_1970": EXCHANGES + sync(stamped(1, "0", "1")),
    "of_2255": EXCHANGES + sync(stamped(1, "9e12", "9e12")),
    "exchange_twice": EXCHANGES + sync(stamped(1, "$L", "$L") + "," + stamped(1, "$L", "$L")),
    "exchange_unknown": EXCHANGES + sync(stamped(3, "$L", "$L")),
    "zone": EXCHANGES + sync(BOTH, more=TOKYO),
    "zone_hidden": EXCHANGES + sync(BOTH, more=TOKYO) + EXCHANGES
                   + sync(BOTH, "hand", ',"zone":"UTC","utc_offset_s":0') + 'z{"zone":"UTC"}\n',
    "zone_is_a_path": EXCHANGES + sync(BOTH, more=',"zone":"../../etc/passwd","utc_offset_s":0'),
    "coarse": EXCHANGES + sync(stamped(1, "$L", "$L"), more=',"resolution_ms":100'),
    "system_time": 't{"timestamp":$L,"timezone":"Europe/Berlin"}\n',
    "system_time_as_text": 't{"currentTime":"2027-02-03T04:05:06.789Z"}\n',
    "system_time_confirmed": 't{"timestamp":$Y}\nt{"timestamp":$Y,"confirm":"$T"}\n',
    "place": 'p{"latitude":52.5163,"longitude":13.3777,"accuracy_m":12.5}\n',
    "place_beyond": 'p{"latitude":1e308,"longitude":-181,"accuracy_m":-0}\n',
}.items()}

SEEDS = {
    "phone_sync_fuzz": PHONE_SYNCS,
    "rtc_fuzz": RTCS,
    "packet_fuzz": PACKETS,
    "rfc3339_fuzz": TIMES,
    "responder_fuzz": REQUESTS,
    "monitor_fuzz": CONTROL_MESSAGES,
    "client_fuzz": {name: CONFIG + play for name, play in PLAYS.items()}
                   | {name: ERA_CONFIG + play for name, play in ERA_PLAYS.items()}
                   | {name: INTERLEAVED_CONFIG + play for name, play in INTERLEAVED_PLAYS.items()},
    "sample_fuzz": SAMPLES,
    "fit_fuzz": RECORDS,
    "control_fuzz": CONTROL_REQUESTS,
    "state_fuzz": STATES,
    "keys_fuzz": KEY_FILES,
    "estimator_recovery_fuzz": ESTIMATOR_RECOVERIES,
    "hub_fuzz": HUBS,
    "broadcast_fuzz": {name: BROADCAST_CONFIG + play for name, play in BROADCASTS.items()},
    "limits_fuzz": LIMITS,
    "select_fuzz": SELECTIONS,
    "device_recovery_fuzz": RECOVERIES,
    "device_follower_fuzz": FOLLOWERS,
    "device_fuzz": {name: KNOWN_CRYSTAL + play for name, play in DEVICES.items()},
    "address_fuzz": {name: STRANGER + text for name, text in ADDRESSES.items()},
    "config_fuzz": CONFIGURATIONS,
    "press_fuzz": PRESSES,
    "web_access_fuzz": WEB_ACCESSES,
    "web_request_fuzz": WEB_REQUESTS,
    "device_http_fuzz": DEVICE_HTTP,
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
