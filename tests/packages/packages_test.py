#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Unpacks the packages of the library for devices and builds them as each toolchain would, with the compilers that are
here and stubs of the frameworks that are not.

Usage: packages_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs under tests/integration/island, where a sketch asks a real hub.
"""

import concurrent.futures
import configparser
import contextlib
import datetime
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
STUB = HERE / "stub"
HUB = "192.168.4.1"  # in the example

# The compiler of the ESP8266 has no C++ headers here and borrows those of Arm's, of the same version.
NEWLIB = next(pathlib.Path("/usr/include/newlib/c++").iterdir(), None)
FREESTANDING = ["-ffreestanding", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-Wall", "-Wextra", "-Werror"]
LX106 = [
    *("xtensa-lx106-elf-g++", "-mlongcalls", "-mtext-section-literals", *FREESTANDING),
    *("-isystem", str(NEWLIB), "-isystem", f"{NEWLIB}/arm-none-eabi/thumb/nofp"),
]
# It stands in for the compiler of the ESP32.
ARM = ["arm-none-eabi-g++", "-mcpu=cortex-m3", "-mthumb", "-Wno-psabi", *FREESTANDING]


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


def project_version():
    return re.search(r"project\(isletime VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text("utf-8"))[1]


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        run([sys.executable, ROOT / "packaging/device_library/make_packages.py", cls.folder / "made"])

    def unpack(self, package):
        to = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        (archive,) = (self.folder / "made").glob(f"isletime-*-{package}.*")
        if archive.suffix == ".zip":
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(to)
        else:
            with tarfile.open(archive) as packed:
                packed.extractall(to)
        (top,) = to.iterdir()
        self.assertEqual(top.name, "isletime")
        return top

    def compile(self, compiler, sources, includes):
        """Returns the objects, one for each processor: many sources are compiled as one, which takes a seventh of the
        time."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        count = -(-len(sources) // os.cpu_count())
        several = [sources[i : i + count] for i in range(0, len(sources), count)]
        batches = [folder / f"{i}.cpp" for i in range(len(several))]
        for batch, contents in zip(batches, several):
            batch.write_text("".join(f'#include "{source}"\n' for source in contents))
        folders = [f"-I{path}" for path in includes]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = [
                pool.submit(run, [*compiler, *folders, "-c", batch, "-o", batch.with_suffix(".o")]) for batch in batches
            ]
            for job in jobs:
                job.result()
        return [batch.with_suffix(".o") for batch in batches]


class Manifests(Packages):
    def test_all_have_the_version_of_the_project(self):
        version = project_version()
        self.assertRegex(version, r"^\d+\.\d+\.\d+$")
        properties = (self.unpack("arduino") / "library.properties").read_text()
        self.assertIn(f"\nversion={version}\n", properties)
        self.assertEqual(json.loads((self.unpack("platformio") / "library.json").read_text())["version"], version)
        self.assertIn(f'version: "{version}"\n', (self.unpack("esp-idf") / "idf_component.yml").read_text())
        for archive in (self.folder / "made").glob("isletime-*.*"):
            self.assertTrue(archive.name.startswith(f"isletime-{version}-"), archive.name)

    def test_nothing_in_them_is_a_link_or_lies_outside(self):
        for package in ("arduino", "platformio", "esp-idf", "zephyr"):
            top = self.unpack(package)
            sources = list(top.rglob("*.?pp"))
            self.assertGreater(len(sources), 50)
            base = top / "src" if (top / "src").is_dir() else top
            for path in top.rglob("*"):
                self.assertFalse(path.is_symlink(), path)
            for source in sources:
                for name in re.findall(r'#include "(libsync/[^"]+)"', source.read_text("utf-8")):
                    self.assertTrue((base / name).is_file(), f"{source} includes {name}")
            self.assertIn("MIT License", (top / "LICENSE").read_text())
            self.assertTrue((top / "README.md").is_file())

    # https://arduino.github.io/arduino-cli/latest/library-specification
    def test_arduino_finds_what_it_needs(self):
        top = self.unpack("arduino")
        properties = dict(
            line.split("=", 1) for line in (top / "library.properties").read_text().splitlines() if line
        )
        for name in ("name", "version", "author", "maintainer", "sentence", "paragraph", "category", "architectures"):
            self.assertTrue(properties.get(name), name)
        for header in properties["includes"].split(","):
            self.assertTrue((top / "src" / header).is_file(), header)
        for sketch in (top / "examples").iterdir():
            self.assertTrue((sketch / f"{sketch.name}.ino").is_file(), sketch)

    def test_the_same_tree_gives_the_same_bytes(self):
        again = self.folder / "again"
        run([sys.executable, ROOT / "packaging/device_library/make_packages.py", again])
        for archive in sorted((self.folder / "made").glob("isletime-*.*")):
            self.assertEqual(archive.read_bytes(), (again / archive.name).read_bytes(), archive.name)


class Arduino(Packages):
    def sketch(self, top):
        """Returns the example as the build system of Arduino compiles it."""
        source = self.folder / "RightTime.ino.cpp"
        text = (top / "examples/RightTime/RightTime.ino").read_text("utf-8")
        source.write_text(f"#include <Arduino.h>\n{text}", "utf-8")
        return source

    def sources(self, top):
        return [self.sketch(top), *sorted((top / "src").rglob("*.cpp"))]

    # The ESP8266's core takes options from a block of comment in the file of this name, beside the sketch.
    def test_is_built_for_the_esp8266(self):
        top = self.unpack("arduino")
        options = (top / "examples/RightTime/RightTime.ino.globals.h").read_text()
        block = re.fullmatch(r"/\*@create-file:build\.opt@\n(.*)\*/\n", options, re.DOTALL)[1]
        flags = [line for line in block.splitlines() if not line.startswith("//")]
        compiler = [*LX106, "-Os", "-std=gnu++17", *flags, "-DESP8266"]
        self.compile(compiler, self.sources(top), [STUB, top / "src"])

    def test_is_built_for_the_esp32(self):
        top = self.unpack("arduino")
        options = top / "examples/RightTime/build_opt.h"
        self.compile([*ARM, "-std=gnu++17", f"@{options}"], self.sources(top), [STUB, top / "src"])

    def test_without_the_options_one_line_says_what_is_missing(self):
        top = self.unpack("arduino")
        with self.assertRaises(AssertionError) as failure:
            self.compile([*LX106, "-std=gnu++17", "-DESP8266"], [self.sketch(top)], [STUB, top / "src"])
        said = [line for line in str(failure.exception).splitlines() if "error: " in line]
        self.assertIn("isletime needs C++20: compile with -std=gnu++20", said[0])
        self.assertEqual(len(said), 2, said)

    # The sketch asks a real hub.
    def test_tells_the_right_time(self):
        top = self.unpack("arduino")
        objects = self.compile(
            ["g++", "-std=gnu++20", "-O1", "-Wall", "-Wextra", "-Werror"],
            [*self.sources(top), STUB / "arduino.cpp"],
            [STUB, top / "src"],
        )
        program = self.folder / "RightTime"
        run(["g++", *objects, "-o", program])
        run(["ip", "address", "add", f"{HUB}/32", "dev", "lo"])
        state = self.folder / "state"
        hub = [PROGRAMS / "sntpd", "--no-clock", "--local", "--user", "root", "--control", state / "socket"]
        with contextlib.ExitStack() as stack:
            sntpd = stack.enter_context(
                subprocess.Popen([*map(str, hub), "--state-dir", state], stderr=subprocess.PIPE, text=True)
            )
            stack.callback(sntpd.terminate)
            while "serving" not in sntpd.stderr.readline():
                self.assertIsNone(sntpd.poll())
            sketch = stack.enter_context(
                subprocess.Popen([program, "60"], stdout=subprocess.PIPE, text=True)
            )
            stack.callback(sketch.terminate)
            told = 0
            for line in sketch.stdout:
                now = datetime.datetime.now(datetime.timezone.utc)
                found = re.fullmatch(r"(\S+)Z \+-(\d+\.\d) ms\n", line)
                if found is None:
                    self.assertEqual(line, "no time yet\n")
                    continue
                # It was told before it was read, by less than a second and what this test was kept waiting.
                told_at = datetime.datetime.fromisoformat(found[1] + "+00:00")
                bound = datetime.timedelta(milliseconds=float(found[2]) + 1)
                self.assertLess(told_at - bound, now)
                self.assertLess(now - told_at, datetime.timedelta(seconds=30))
                self.assertLess(float(found[2]), 1000)
                told += 1
                if told == 2:
                    break
        self.assertEqual(told, 2)


class PlatformIo(Packages):
    # PlatformIO takes the project's flags for libraries too, but not a library's for the project.
    def test_is_built_with_the_flags_of_the_project(self):
        top = self.unpack("platformio")
        json.loads((top / "library.json").read_text())
        project = configparser.ConfigParser()
        project.read(top / "examples/RightTime/platformio.ini")
        environments = [name for name in project.sections() if name.startswith("env:")]
        self.assertEqual(environments, ["env:esp8266", "env:esp32"])
        flags = [flag for flag in ["-std=gnu++17"] if flag not in project["env"]["build_unflags"].split()]
        flags += project["env"]["build_flags"].split()
        self.assertEqual(flags, ["-std=gnu++20"])
        sources = [top / "examples/RightTime/src/main.cpp", *sorted((top / "src").rglob("*.cpp"))]
        self.compile([*LX106, *flags, "-DESP8266"], sources, [STUB, top / "src"])


class CMakeFrameworks(Packages):
    def configure_and_build(self, project, *options):
        build = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        flags = shlex.join([*ARM[1:], "-std=gnu++20"])
        run(
            [
                *("cmake", "-G", "Ninja", "-S", project, "-B", build, "-DCMAKE_UNITY_BUILD=ON", "-DCMAKE_UNITY_BUILD_BATCH_SIZE=50"),
                "-DCMAKE_SYSTEM_NAME=Generic",
                *("-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY", f"-DCMAKE_CXX_COMPILER={ARM[0]}"),
                *(f"-DCMAKE_CXX_FLAGS={flags}", *options),
            ]
        )
        run(["cmake", "--build", build])
        return build

    def test_is_a_component_of_esp_idf(self):
        top = self.unpack("esp-idf")
        build = self.configure_and_build(HERE / "esp-idf", f"-DCOMPONENT={top}")
        self.assertTrue((build / "libisletime.a").is_file())

    def test_is_a_module_of_zephyr(self):
        top = self.unpack("zephyr")
        module = (top / "zephyr/module.yml").read_text()
        for line in ("name: isletime", "  cmake: zephyr", "  kconfig: zephyr/Kconfig"):
            self.assertIn(line, module.splitlines())
        build = self.configure_and_build(HERE / "zephyr", f"-DMODULE={top}", "-DCONFIG_ISLETIME=ON")
        self.assertTrue((build / "module/libisletime.a").is_file())

    def test_zephyr_offers_it_where_cpp20_is_chosen(self):
        top = self.unpack("zephyr")
        import kconfiglib  # pylint: disable=import-outside-toplevel

        def value(*lines):
            config = self.folder / "prj.conf"
            config.write_text("".join(f"CONFIG_{line}\n" for line in lines))
            os.environ["ISLETIME_MODULE"] = str(top / "zephyr")
            kconfig = kconfiglib.Kconfig(str(HERE / "zephyr/Kconfig"), warn_to_stderr=False)
            kconfig.load_config(str(config))
            return kconfig.syms["ISLETIME"].str_value

        everything = ("CPP=y", "STD_CPP20=y", "REQUIRES_FULL_LIBCPP=y", "ISLETIME=y")
        self.assertEqual(value(*everything), "y")
        self.assertEqual(value("CPP=y", "STD_CPP17=y", "REQUIRES_FULL_LIBCPP=y", "ISLETIME=y"), "n")
        self.assertEqual(value("CPP=y", "STD_CPP20=y", "ISLETIME=y"), "n")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
