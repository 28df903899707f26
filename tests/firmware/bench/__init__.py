# SPDX-License-Identifier: MIT
"""The bench: a simulated island around devices that run on their own instruction set, in simulated time.

A test of an app looks like this (file tests/firmware/NAME_bench_test.py; CMake finds it by its name and runs it
on both emulated CPUs in the release build, and as a native program under sanitizers):

    from bench.simulation import SECOND
    from bench.testing import BenchTest, main

    class PowerOn(BenchTest):
        def test_a_press_arrives_with_the_right_time(self):
            button = self.island.add_device("button", offset_ppm=40)
            button.power_on()
            self.island.simulation.run_for(30 * SECOND)
            pressed = self.island.simulation.true_time()
            button.press()
            self.island.simulation.run_for(5 * SECOND)
            press = self.island.hub.presses.presses[0]
            self.assertLess(abs(press.time - pressed), press.bound)

    if __name__ == "__main__":
        main()

Build the target firmware_native, and run it with
`python3 -B tests/firmware/NAME_bench_test.py BUILD/firmware --board lockstep-host -k PowerOn`.

- `island.simulation` has the virtual time (integers, nanoseconds): run_for(), run_while(), after(), true_time().
- `island.hub` is 10.0.0.1: `clock`, `ntp`, `dhcp`, `dns`, `presses` (syncweb's), `tcp`, `host`; each has attributes
  that make it fail. `http.HttpServer(island.hub.tcp, port, handler)` serves anything else.
- `island.add_device(app, settings, ...)`: power_on(), power_off(), press(), stop(); `console`, `led`, `display`,
  `light`, `saved`, `station.set_link(False)`, `i2c`. A crash, a hang or an exit that nobody asked for fails the test.
- `http.request(tcp, address, "GET", "/path")` asks a device that serves HTTP, from the hub's `tcp` or from that of
  `TcpHost(island.add_host("10.0.0.9"))`.
- A device that is added with `computing=True` takes time for what it computes, by the number of its instructions.
- `rtc.Ds3231`, `rtc.Pcf85063a`, `rtc.Ds1307` on an `i2c.Bus` are the chips' wire-level models;
  `max7219.Chain` makes a picture of what is shifted out.
- `link.wifi()` is the radio of the accuracy tests; `hostile` has what an attacker on the network sends.
"""
