#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles and links firmware/boards/arduino as PlatformIO would, each environment of its platformio.ini, with the
compilers that are here: lx106 for the ESP8266, and a Cortex-M3 in place of the ESP32. Arduino's cores are not to be
had here, so headers of what the board uses of them stand in (tests/packages/stub), beside lwIP itself with the
options that those cores give it. libsync knows nothing of a board, so it is taken as the images have it.

Usage: arduino_test.py FOLDER_OF_IMAGES [TEST...]
"""

import concurrent.futures
import configparser
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BOARD = ROOT / "firmware/boards/arduino"
STUB = ROOT / "tests/packages/stub"
IMAGES = pathlib.Path(sys.argv[1]).resolve()
LWIP = IMAGES / "lwip/source/src"

# As in firmware/CMakeLists.txt, and the client for SNTP, which tells the NTP server of DHCP.
LWIP_SOURCES = [
    *(f"core/{name}.c" for name in "def dns inet_chksum init ip mem memp netif pbuf stats sys tcp tcp_in tcp_out".split()),
    *("core/timeouts.c", "core/udp.c", "netif/ethernet.c", "apps/sntp/sntp.c"),
    *(f"core/ipv4/{name}.c" for name in "dhcp etharp icmp igmp ip4 ip4_addr ip4_frag".split()),
]
LWIP_IPV6_SOURCES = [
    f"core/ipv6/{name}.c" for name in "ethip6 icmp6 inet6 ip6 ip6_addr ip6_frag mld6 nd6".split()
]
LWIP_THREAD_SOURCES = ["api/tcpip.c"]

COMMON = ["-Os", "-ffreestanding", "-fno-exceptions", "-fno-rtti", "-ffunction-sections", "-fdata-sections"]
NEWLIB = next(pathlib.Path("/usr/include/newlib/c++").iterdir(), None)


class Chip:
    def __init__(self, cpu, compiler, flags, define, lwip, libraries, extra, of_core, of_stack_use, of_system):
        self.cpu = cpu
        self.compiler = compiler
        self.flags = [*flags, *COMMON, f"-D{define}"]
        self.name = define.lower()
        self.lwip = lwip
        self.libraries = libraries
        self.extra = extra
        # What the port uses of the core; the linker says whether that is all.
        self.of_core = of_core
        self.of_stack_use = of_stack_use
        self.of_system = of_system


APPS = ("button", "clock", "charger")

OF_BOTH_CORES = {
    "micros()", "delay(unsigned long)", "delayMicroseconds(unsigned int)", "yield()",
    "pinMode(unsigned char, unsigned char)", "digitalWrite(unsigned char, unsigned char)", "digitalRead(unsigned char)",
    "analogRead(unsigned char)", "attachInterrupt(unsigned char, void (*)(), int)",
    "shiftOut(unsigned char, unsigned char, unsigned char, unsigned char)",
    "HardwareSerial::begin(unsigned long)", "HardwareSerial::flush()",
    "HardwareSerial::write(unsigned char const*, unsigned int)", "EspClass::restart()",
    "LittleFsClass::open(char const*, char const*)", "File::operator bool() const", "File::size() const",
    "File::read(unsigned char*, unsigned int)", "File::write(unsigned char const*, unsigned int)", "File::close()",
    "WiFiClass::persistent(bool)", "WiFiClass::mode(WiFiMode_t)", "WiFiClass::setAutoReconnect(bool)",
    "WiFiClass::begin(char const*, char const*)", "WiFiClass::disconnect()", "WiFiClass::status()",
    "WiFiClass::macAddress(unsigned char*)", "Serial", "ESP", "WiFi", "LittleFS",
}  # fmt: skip

CHIPS = {
    "d1_mini": Chip(
        cpu="lx106",
        compiler="xtensa-lx106-elf",
        flags=[
            *("-mlongcalls", "-mtext-section-literals"),
            *("-isystem", f"{NEWLIB}", "-isystem", f"{NEWLIB}/arm-none-eabi/thumb/nofp"),
        ],
        define="ESP8266",
        lwip=LWIP_SOURCES,
        libraries=["-lc", "-lgcc"],
        # Both stand in for what the chip's own library has.
        extra=["firmware/boards/common/lx106/rom.cpp"],
        of_core=OF_BOTH_CORES
        | {
            "EspClass::random()", "EspClass::getFreeContStack()", "LittleFsClass::begin()",
            "WiFiClass::setSleepMode(WiFiSleepType_t)", "WiFiClass::hostname(char const*)",
        },
        of_stack_use={"EspClass::getFreeContStack()"},
        of_system={"millis", "r_rand", "sntp_set_system_time", "__heap_start", "__heap_end"},
    ),
    "esp32": Chip(
        cpu="cortex-m3",
        compiler="arm-none-eabi",
        flags=["-mcpu=cortex-m3", "-mthumb"],
        define="ESP32",
        lwip=[*LWIP_SOURCES, *LWIP_IPV6_SOURCES, *LWIP_THREAD_SOURCES],
        libraries=["-lc_nano", "-lgcc"],
        extra=[],
        of_core=OF_BOTH_CORES
        | {
            "esp_random", "bootloader_random_enable", "bootloader_random_disable", "LittleFsClass::begin(bool)",
            "WiFiClass::setSleep(wifi_ps_type_t)", "WiFiClass::setHostname(char const*)",
            "getArduinoLoopTaskStackSize()", "uxTaskGetStackHighWaterMark",
        },
        of_stack_use={"getArduinoLoopTaskStackSize()", "uxTaskGetStackHighWaterMark"},
        of_system={
            "sntp_set_system_time", "_sbrk", "sys_now", "sys_init", "sys_arch_protect",
            "sys_arch_unprotect", "sys_mutex_new", "sys_mutex_lock", "sys_mutex_unlock", "sys_mbox_new",
            "sys_mbox_post", "sys_mbox_trypost", "sys_mbox_trypost_fromisr", "sys_arch_mbox_fetch", "sys_thread_new",
            "sys_sem_new", "sys_sem_signal", "sys_sem_free", "sys_arch_sem_wait", "sys_mbox_valid", "sys_sem_valid",
        },
    ),
}  # fmt: skip

# The C++ library's own ways to end a program, which the frameworks bring.
OF_CXX_RUNTIME = re.compile(
    r"std::__throw_\w+\(.*\)|operator delete\(.*\)|__cxa_atexit|__aeabi_atexit|__dso_handle|__cxa_guard_\w+|abort"
)


def run(command, **more):
    done = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **more,
    )
    if done.returncode != 0:
        raise AssertionError(f"{shlex.join(map(str, command))}\n{done.stdout}")
    return done.stdout


class Project:
    """platformio.ini, with its inheritance and its ${section.option}."""

    def __init__(self):
        self.parser = configparser.ConfigParser(interpolation=None)
        self.parser.read(BOARD / "platformio.ini")

    def environments(self):
        return [name[4:] for name in self.parser.sections() if name.startswith("env:")]

    def option(self, environment, name):
        section = self.parser[f"env:{environment}"]
        for place in (section, self.parser[section["extends"]], self.parser["env"]):
            if name in place:
                return self.expand(place[name])
        raise AssertionError(f"{environment} has no {name}")

    def expand(self, text):
        known = {"PROJECT_DIR": str(BOARD), "UNIX_TIME": "1767225600"}
        return re.sub(
            r"\$\{(?:(\w+)\.)?(\w+)\}",
            lambda found: self.expand(self.parser[found[1]][found[2]]) if found[1] else known[found[2]],
            text,
        )

    # As PlatformIO applies it: each pattern in its order, below src_dir.
    def sources(self, environment):
        folder = pathlib.Path(self.expand(self.parser["platformio"]["src_dir"])).resolve()
        chosen = set()
        for sign, pattern in re.findall(r"([+-])<([^>]+)>", self.option(environment, "build_src_filter")):
            matched = set(folder.glob(pattern))
            if not matched:
                raise AssertionError(f"{environment}: nothing matches {pattern}")
            chosen = chosen | matched if sign == "+" else chosen - matched
        return sorted(chosen)

    def flags(self, environment):
        dropped = self.option(environment, "build_unflags").split()
        flags = [flag for flag in ["-std=gnu++17"] if flag not in dropped]
        return flags + self.option(environment, "build_flags").split() + self.option(environment, "build_src_flags").split()


class Arduino(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.project = Project()
        cls.objects = {}

    def compile_all(self, chip, jobs):
        """Each job is a source and its flags. Returns the objects, each compiled once for a chip."""

        def compile_one(job):
            source, flags = job
            if source.is_relative_to(ROOT / "libsync"):
                return IMAGES / chip.cpu / f"{source.relative_to(ROOT)}.o"
            out = self.folder / chip.name / f"{source.relative_to('/')}.o"
            if out not in self.objects:
                out.parent.mkdir(parents=True, exist_ok=True)
                run([*CCACHE, f"{chip.compiler}-g++", *chip.flags, *flags, "-c", source, "-o", out])
                self.objects[out] = True
            return out

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(compile_one, jobs))

    def joined(self, sources):
        """Returns the sources, those of a folder as one that includes them, which takes less than half as long: the
        images have each alone. What libsync has is not compiled here, and the board's own objects are looked into."""
        folders = {}
        for source in sources:
            is_alone = source.is_relative_to(ROOT / "libsync") or source.is_relative_to(BOARD)
            folders.setdefault(source if is_alone else source.parent, []).append(source)
        for place, its in folders.items():
            if len(its) > 1:
                place = self.folder / "joined" / place.relative_to(ROOT) / "all.cpp"
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text("".join(f'#include "{source}"\n' for source in its), "utf-8")
                yield place
            else:
                yield its[0]

    def build(self, environment):
        chip = CHIPS[self.project.parser[f"env:{environment}"]["extends"]]
        lwip = [f"-I{HERE}/arduino/{chip.name}", "-isystem", LWIP / "include"]
        warnings = ["-Wconversion", "-Wshadow", "-Werror", "-Wno-psabi", "-fno-threadsafe-statics"]
        ours = [*self.project.flags(environment), *warnings, f"-I{ROOT}", "-isystem", STUB, *lwip]
        jobs = [(source, ours) for source in self.joined(self.project.sources(environment))]
        jobs += [(ROOT / source, ours) for source in chip.extra]
        jobs += [(LWIP / source, ["-x", "c", "-std=gnu99", "-w", *lwip]) for source in chip.lwip]
        objects = self.compile_all(chip, jobs)
        # What is defined nowhere here must be the core's or the system's, and nothing else.
        image = self.folder / f"{environment}.elf"
        said = run([
            *(f"{chip.compiler}-g++", *chip.flags, "-nostdlib", "-Wl,--gc-sections", "-Wl,-e,_Z5setupv", "-Wl,-u,_Z4loopv"),
            *("-Wl,--warn-unresolved-symbols", "-Wl,--demangle", *objects, *chip.libraries, "-o", image),
        ])  # fmt: skip
        missing = set(re.findall(r"undefined reference to `(.*)'", said))
        allowed = chip.of_core | chip.of_system
        surprises = {name for name in missing - allowed if not OF_CXX_RUNTIME.fullmatch(name)}
        self.assertFalse(surprises, f"{environment} needs what neither it nor the core has")
        return chip, objects, missing

    def test_every_app_is_linked_for_the_esp8266(self):
        for app in APPS:
            with self.subTest(app=app):
                self.build(f"{app}_d1_mini")

    def test_every_app_is_linked_for_the_esp32(self):
        for app in APPS:
            with self.subTest(app=app):
                self.build(f"{app}_esp32")

    def test_there_is_an_environment_for_each_app_and_board(self):
        apps = {path.name for path in (ROOT / "firmware/apps").iterdir() if path.is_dir()}
        self.assertEqual(set(self.project.environments()), {f"{app}_{board}" for app in apps for board in CHIPS})

    # The flash cannot be read while it is being written, so the interrupt uses nothing in it but micros(), which the
    # cores keep in RAM.
    def test_the_interrupt_is_all_in_ram(self):
        for board, chip in CHIPS.items():
            with self.subTest(board=board):
                _, objects, _ = self.build(f"button_{board}")
                listing = run(
                    [f"{chip.compiler}-objdump", "-rj", ".iram.text", "-C", objects_of(objects, "board.cpp")]
                )
                used = {line.split()[2].split("+")[0] for line in listing.splitlines() if re.match(r"^[0-9a-f]{8} ", line)}
                self.assertIn("micros()", used)
                in_ram = {"micros()", ".iram.text"}
                code = {name for name in used if name not in in_ram and not name.startswith((".bss", ".data"))}
                data = {name for name in code if "presses" in name}
                self.assertFalse(code - data, listing)

    def test_the_list_of_what_the_core_must_have_is_exact(self):
        for board, chip in CHIPS.items():
            with self.subTest(board=board):
                used = set()
                for app in APPS:
                    used |= self.build(f"{app}_{board}")[2]
                # board::stack_use() is for tests on an emulator, so no app has it.
                self.assertEqual(chip.of_core - used, chip.of_stack_use)

    # The framework's own network takes the place of the three.
    def test_the_board_is_whole(self):
        text = (ROOT / "firmware/board.hpp").read_text("utf-8")
        wanted = set(re.findall(r"^(?:\[\[noreturn\]\] )?[\w:<>*, ]+[ *](\w+)\([^;]*\);", text, re.MULTILINE))
        self.assertGreater(len(wanted), 20)
        for board, chip in CHIPS.items():
            with self.subTest(board=board):
                _, objects, _ = self.build(f"button_{board}")
                listing = run([f"{chip.compiler}-nm", "-C", "--defined-only", objects_of(objects, "board.cpp")])
                defined = set(re.findall(r" T isletime::board::(\w+)\(", listing))
                self.assertEqual(wanted - defined, {"is_link_up", "send_frame", "receive_frame"})


def objects_of(objects, source):
    (found,) = [path for path in objects if path.match(f"firmware/boards/arduino/{source}.o")]
    return found


CCACHE = ["ccache"] if subprocess.run(["which", "ccache"], stdout=subprocess.DEVNULL, check=False).returncode == 0 else []

if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
