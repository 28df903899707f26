#!/bin/sh
# rtcset finds the chip by its registers, writes to none of them, and says of an address without a chip that nobody
# answers there.
# shellcheck source=tests/guest/words.sh
. /words.sh

# All but the time, which ticks: control and the user's memory.
registers() { i2cdump -y -r 0x07-0x3f "$i2c_bus" "$chip" b; }

before=$(registers)
rtcset --device "$i2c_device" detect >/tmp/detect.log
grep -E "ds13(07|38)" /tmp/detect.log
[ "$(registers)" = "$before" ]

refuses 3 "$i2c_device" rtcset --device "$i2c_device" --chip pcf8563 show
refuses 3 /dev/i2c-9 rtcset --device /dev/i2c-9 --chip ds1338 show
