#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the packages by which others' firmware gets the library for devices: one each for Arduino, PlatformIO, ESP-IDF
and Zephyr, self-contained, all of the project's version.

Usage: make_packages.py OUT
Writes OUT/PACKAGE/isletime/ and OUT/isletime-VERSION-PACKAGE.zip or .tar.gz, the same bytes from the same tree.
"""

import gzip
import io
import pathlib
import re
import shutil
import sys
import tarfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOR_DEVICES = ("core", "policy", "ports", "drivers")
NAME = "isletime"
EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def version():
    found = re.search(r"project\(isletime VERSION (\d+\.\d+\.\d+)", (ROOT / "CMakeLists.txt").read_text("utf-8"))
    if not found:
        sys.exit("make_packages.py: CMakeLists.txt: there is no project(isletime VERSION x.y.z)")
    return found[1]


def copy(source, to):
    to.parent.mkdir(parents=True, exist_ok=True)
    text = source.read_text("utf-8")
    to.write_text(text.replace("@VERSION@", version()), "utf-8")


def copy_library(to):
    for folder in FOR_DEVICES:
        for source in sorted((ROOT / "libsync" / folder).rglob("*.?pp")):
            copy(source, to / source.relative_to(ROOT))


def copy_license(to):
    copy(ROOT / "LICENSE", to / "LICENSE")


def copy_facade(to):
    for name in ("isletime.h", "isletime.cpp"):
        copy(HERE / "arduino" / name, to / name)


def make_arduino(to):
    copy(HERE / "arduino/library.properties", to / "library.properties")
    copy_library(to / "src")
    copy_facade(to / "src")
    for source in sorted((HERE / "arduino/examples").rglob("*.*")):
        copy(source, to / source.relative_to(HERE / "arduino"))


def make_platformio(to):
    copy(HERE / "platformio/library.json", to / "library.json")
    copy_library(to / "src")
    copy_facade(to / "src")
    example = to / "examples/RightTime"
    copy(HERE / "platformio/platformio.ini", example / "platformio.ini")
    # PlatformIO compiles a sketch as any other source if that includes Arduino.h.
    sketch = (HERE / "arduino/examples/RightTime/RightTime.ino").read_text("utf-8")
    comment, rest = sketch.split("\n#if", 1)
    comment = comment.replace("the two files beside this one say so\n// to the ESP8266's and the ESP32's core.",
                              "platformio.ini says so.")
    (example / "src").mkdir(parents=True)
    (example / "src/main.cpp").write_text(f"{comment}\n#include <Arduino.h>\n#if{rest}", "utf-8")


def make_esp_idf(to):
    for name in ("idf_component.yml", "CMakeLists.txt"):
        copy(HERE / "esp-idf" / name, to / name)
    copy_library(to)


def make_zephyr(to):
    for source in sorted((HERE / "zephyr").iterdir()):
        copy(source, to / "zephyr" / source.name)
    copy_library(to)


PACKAGES = {"arduino": make_arduino, "platformio": make_platformio, "esp-idf": make_esp_idf, "zephyr": make_zephyr}


def files_of(folder):
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def write_zip(folder, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files_of(folder):
            entry = zipfile.ZipInfo(str(file.relative_to(folder.parent)), EARLIEST_ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())


def write_tar(folder, path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for file in files_of(folder):
            entry = tarfile.TarInfo(str(file.relative_to(folder.parent)))
            entry.size = file.stat().st_size
            archive.addfile(entry, io.BytesIO(file.read_bytes()))
    path.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = pathlib.Path(sys.argv[1])
    for package, make in PACKAGES.items():
        folder = out / package / NAME
        shutil.rmtree(folder, ignore_errors=True)
        copy_license(folder)
        make(folder)
        if package == "arduino":
            write_zip(folder, out / f"{NAME}-{version()}-{package}.zip")
        else:
            write_tar(folder, out / f"{NAME}-{version()}-{package}.tar.gz")


if __name__ == "__main__":
    main()
