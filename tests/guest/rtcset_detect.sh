#!/bin/sh
# rtcset identifies the chip by its registers without writing to any of them, and reports that nothing answers
# at an address without a chip.
# shellcheck source=tests/guest/words.sh
. /words.sh

# The time registers are left out because they tick; these are the control register and the user's memory.
registers() { i2cdump -y -r 0x07-0x3f "$i2c_bus" "$chip" b; }

before=$(registers)
rtcset --device "$i2c_device" detect >/tmp/detect.log
grep -E "ds13(07|38)" /tmp/detect.log
[ "$(registers)" = "$before" ]

refuses 3 "$i2c_device" rtcset --device "$i2c_device" --chip pcf8563 show
refuses 3 /dev/i2c-9 rtcset --device /dev/i2c-9 --chip ds1338 show
